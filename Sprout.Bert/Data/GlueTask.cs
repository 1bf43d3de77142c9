// One GLUE task: its layout bound to an order of the labels.
using Sprout.Bert.Files;

namespace Sprout.Bert.Data;

internal sealed class GlueTask : TextTask
{
    private readonly GlueLayout layout;
    private readonly Dictionary<string, int> ids = [];

    public GlueTask(GlueLayout layout, string[] labelNames)
        : base(layout.Name, labelNames, layout.Metrics, layout.LabelNames.Length == 2 ? IdOf(layout.LabelNames[1], labelNames) : 1)
    {
        this.layout = layout;
        for (int i = 0; i < layout.LabelValues.Length; i++) ids[layout.LabelValues[i]] = IdOf(layout.LabelNames[i], labelNames);
    }

    public override IReadOnlyList<TextExample> LoadTrain(DataFiles files, Action<string>? note = null) =>
        Load(files.Train("train.tsv"), needLabels: true, files.MostTrain, note).Examples;

    public override IReadOnlyList<EvalSet> LoadEval(DataFiles files, bool needLabels = true, Action<string>? note = null)
    {
        // A file named by the user is one set, whatever the folder layout of the task.
        IEnumerable<(string Suffix, string Path)> sets = files.EvalFile is { } file
            ? [("", file)]
            : layout.EvalFiles.Select(set => (set.Suffix, files.Eval(set.File)));
        return [.. sets.Select(set =>
        {
            (List<TextExample> examples, bool labelled) = Load(set.Path, needLabels, files.MostEval, note);
            return new EvalSet(set.Suffix, set.Path, examples, labelled);
        })];
    }

    public override TextTask WithLabels(IReadOnlyDictionary<string, int> label2Id)
    {
        if (IsRegression) return this;
        return LabelIds.ByModel(label2Id, layout.LabelNames, StringComparison.OrdinalIgnoreCase) is { } names ? new GlueTask(layout, names) : this;
    }

    internal override ColumnSummary ColumnsOf(DataFiles files, bool train) => new(
        train ? files.Train("train.tsv") : files.EvalFile ?? files.Eval(layout.EvalFiles[0].File), layout.TextColumn, layout.PairColumn, layout.LabelColumn);

    private static int IdOf(string name, string[] labelNames) =>
        Array.FindIndex(labelNames, known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));

    private (List<TextExample> Examples, bool Labelled) Load(string path, bool needLabels, int? most, Action<string>? note)
    {
        var examples = new List<TextExample>();
        int text = 0, pair = -1, label = -1, width = 0, skipped = 0;
        bool? hidden = null;
        foreach (DelimitedRow row in Delimited.ReadTsv(path))
        {
            if (width == 0)
            {
                string[] header = HeaderOf(row);
                width = header.Length;
                text = Column(header, layout.TextColumn, path);
                if (layout.PairColumn is { } second) pair = Column(header, second, path);
                label = needLabels ? Column(header, layout.LabelColumn, path) : Array.IndexOf(header, layout.LabelColumn);
                if (header == row.Fields) continue;
            }

            if (row.Fields.Length != width)
            {
                if (!layout.SkipsBrokenRows) throw InputFile.Bad(path, row.Line, $"{width} cells between tabs", $"{row.Fields.Length}");
                skipped++;
                continue;
            }

            if (examples.Count == most) break;
            string? cell = label < 0 ? null : row.Fields[label];
            if (!needLabels && cell is not null)
            {
                hidden ??= LabelIds.IsHidden(cell) && !ids.ContainsKey(cell);
                if (hidden.Value && !LabelIds.IsHidden(cell))
                    throw InputFile.Bad(path, row.Line, "-1 as in the rows before, for no label", InputFile.Quote(cell));
                if (hidden.Value) cell = null;
            }

            examples.Add(new TextExample(
                row.Fields[text], pair < 0 ? null : row.Fields[pair],
                cell is null || IsRegression ? -1 : IdOf(cell, path, row.Line),
                cell is null || !IsRegression ? float.NaN : LabelIds.Score(cell, path, row.Line)));
        }

        if (skipped > 0) note?.Invoke($"{path}: {skipped} rows do not have {width} cells and are left out.");
        return (NotEmpty(examples, path), label >= 0 && hidden != true);
    }

    /// <summary>The header line itself, or the columns of a file without one; CoLA's test file, alone of its files, has a header.</summary>
    private string[] HeaderOf(DelimitedRow first) =>
        layout.Header is { } header && !(first.Fields.Length == 2 && first.Fields[1] == layout.TextColumn) ? header : first.Fields;

    private int IdOf(string cell, string path, int line) => ids.TryGetValue(cell, out int id)
        ? id
        : throw InputFile.Bad(path, line, $"a label of {Name} ({InputFile.QuoteAll(layout.LabelValues)})", InputFile.Quote(cell));

    private static int Column(string[] header, string name, string path)
    {
        int column = Array.IndexOf(header, name);
        return column >= 0 ? column : throw InputFile.Bad(path, 1, $"a column {InputFile.Quote(name)}", $"the columns {InputFile.QuoteAll(header)}");
    }
}
