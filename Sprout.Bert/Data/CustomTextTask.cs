// The "text" task: any table of texts and labels.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>
/// Classification or regression over a user's file: <c>.csv</c>, <c>.tsv</c> and <c>.txt</c> (tab-separated, unquoted), <c>.jsonl</c> and
/// <c>.json</c> (objects in lines or in one array). A folder is searched for <c>train</c> and for <c>dev</c>, then <c>validation</c>, with
/// these endings. Columns are chosen by <see cref="CustomTextOptions"/>.
/// </summary>
public sealed class CustomTextTask : TextTask
{
    private readonly CustomTextOptions options;
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly bool generatedNames;

    private CustomTextTask(string[] labelNames, CustomTextOptions options)
        : base("text", labelNames, UsualMetrics(labelNames.Length == 0, options.IsMultiLabel), isMultiLabel: options.IsMultiLabel)
    {
        this.options = options;
        for (int i = 0; i < labelNames.Length; i++) ids[labelNames[i]] = i;
        generatedNames = MadeUpLabels.Are(labelNames);
    }

    /// <summary>
    /// The task that a training file defines. If every label is a number and at least one is not whole, it is a regression; otherwise the
    /// different labels are the classes, sorted as numbers when all are numbers and else by code unit. Blanks around a label are no part of it. Label sets
    /// are never a regression.
    /// </summary>
    /// <param name="files">Where the file is.</param>
    /// <param name="options">Which columns hold what.</param>
    /// <param name="regression">Whether the labels are scores, also whole ones; null: found as described.</param>
    /// <exception cref="InputException">
    /// The file is missing or bad, has no label column, fewer than two different labels, a missing label, or one number in two spellings.
    /// </exception>
    public static CustomTextTask FromTrainFile(DataFiles files, CustomTextOptions options, bool? regression = null)
    {
        LabelCensus census = LabelCensus.Take(TrainFile(files), options);
        return new CustomTextTask(!options.IsMultiLabel && (regression ?? census.HasFractions) ? [] : census.Classes(), options);
    }

    /// <summary>
    /// The task of a trained model: its label names, or a regression when it has none. With the names that Hugging Face makes up
    /// (<c>LABEL_0</c>, …) the labels of a file may be the ids themselves.
    /// </summary>
    /// <exception cref="InputException">The ids are not 0 to n−1, each once.</exception>
    public static CustomTextTask FromModel(IReadOnlyDictionary<string, int> label2Id, CustomTextOptions options) =>
        new(LabelIds.ById(label2Id), options);

    /// <summary>The texts of a file row by row, whatever else it has; labels are not read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Its columns.</param>
    /// <exception cref="InputException">The file is missing or bad, or a column is missing; file and line are named.</exception>
    /// <exception cref="OptionException">A column is given twice.</exception>
    public static IEnumerable<TextExample> ReadTexts(string path, CustomTextOptions options) =>
        TextTable.Read(path, options with { IsTextsOnly = true }, needLabels: false).Select(row => new TextExample(row.Text, row.Pair));

    /// <inheritdoc/>
    public override IReadOnlyList<TextExample> LoadTrain(DataFiles files, Action<string>? note = null) =>
        Load(TrainFile(files), needLabels: true, files.MostTrain).Examples;

    /// <inheritdoc/>
    public override IReadOnlyList<EvalSet> LoadEval(DataFiles files, bool needLabels = true, Action<string>? note = null)
    {
        string path = files.Eval([.. FileNames("dev"), .. FileNames("validation")]);
        // Its columns are read once more to be told.
        InputFile.RequireSeveralReads(path);
        (List<TextExample> examples, bool labelled) = Load(path, needLabels, files.MostEval);
        return [new EvalSet("", path, examples, labelled)];
    }

    /// <inheritdoc/>
    public override TextTask WithLabels(IReadOnlyDictionary<string, int> label2Id)
    {
        if (IsRegression) return this;
        return LabelIds.ByModel(label2Id, LabelNames, StringComparison.Ordinal) is { } names ? new CustomTextTask(names, options) : this;
    }

    internal override ColumnSummary? ColumnsOf(DataFiles files, bool train) =>
        TextTable.Describe(train ? TrainFile(files) : files.Eval([.. FileNames("dev"), .. FileNames("validation")]), options);

    private static string TrainFile(DataFiles files) => files.Train([.. FileNames("train")]);

    private static IEnumerable<string> FileNames(string stem) => TextTable.Extensions.Select(extension => stem + extension);

    private (List<TextExample> Examples, bool Labelled) Load(string path, bool needLabels, int? most)
    {
        var examples = new List<TextExample>();
        bool labelled = false;
        foreach (TextTableRow read in TextTable.Read(path, options, needLabels).Take(most ?? int.MaxValue))
        {
            bool hidden = !needLabels && !IsRegression && read.Label is string text && LabelIds.IsHidden(text) && !ids.ContainsKey(text);
            TextTableRow row = hidden ? read with { Label = null } : read;
            if (examples.Count > 0 && labelled != row.IsLabelled)
                throw InputFile.Bad(path, row.Line, labelled ? "a label as in the rows before" : "no label as in the rows before", labelled ? "none" : "one");
            labelled = row.IsLabelled;
            examples.Add(new TextExample(
                row.Text, row.Pair,
                row.Label is null || IsRegression ? -1 : IdOf(row.Label, path, row.Line),
                row.Label is null || !IsRegression ? float.NaN : LabelIds.Score(row.Label, path, row.Line))
            {
                Labels = row.Labels is null ? [] : [.. row.Labels.Select(label => IdOf(label, path, row.Line)).Distinct().Order()],
            });
        }

        return (NotEmpty(examples, path), labelled);
    }

    private int IdOf(string label, string path, int line)
    {
        if (ids.TryGetValue(label, out int id) || (generatedNames && ids.TryGetValue(MadeUpLabels.Of(label), out id))) return id;
        // One program writes 1 where another writes 1.0.
        if (LabelIds.Number(label) is double number)
        {
            int[] same = [.. ids.Where(known => LabelIds.Number(known.Key) == number).Select(known => known.Value)];
            if (same.Length == 1) return same[0];
        }

        throw InputFile.Bad(path, line, $"a label that the model knows ({InputFile.QuoteAll(LabelNames)})", InputFile.Quote(label));
    }
}
