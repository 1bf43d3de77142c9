// Which model, which task and which data.
using System.Text.Json.Serialization;
using Sprout.Bert.Data;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>Which model, which task and which data. An option that does not concern a task is not read by it.</summary>
public sealed record TaskOptions
{
    /// <summary>A model folder; or null with <see cref="Config"/> and <see cref="Vocab"/>.</summary>
    public string? Model { get; init; }

    /// <summary>A config.json for a fresh model.</summary>
    public string? Config { get; init; }

    /// <summary>A vocab.txt for a fresh model.</summary>
    public string? Vocab { get; init; }

    /// <summary>The task's name: sst2, mrpc, qqp, mnli, qnli, rte, cola, stsb, wnli, squad, text, masked-lm, or one that was registered.</summary>
    public string? Task { get; init; }

    /// <summary>A folder with the task's official file names, or null.</summary>
    public string? Data { get; init; }

    /// <summary>The training file; masked-lm takes several.</summary>
    [JsonConverter(typeof(FileListConverter))]
    public IReadOnlyList<string> TrainFile { get; init; } = [];

    /// <summary>The evaluation file, or null.</summary>
    public string? EvalFile { get; init; }

    /// <summary>A share of the training examples to hold out and evaluate instead of <see cref="EvalFile"/>, by <see cref="Holdout"/>; or null.</summary>
    public double? EvalSplit { get; init; }

    /// <summary>Whether the model is evaluated; if not, evaluation examples are not read.</summary>
    public bool Evaluate { get; init; } = true;

    /// <summary>Task text: column of the text, by name or 0-based index.</summary>
    public string? TextColumn { get; init; }

    /// <summary>Task text: column of the second text.</summary>
    public string? PairColumn { get; init; }

    /// <summary>Task text: column of the label.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Task text: whether the labels are scores, also whole ones; null: they are when all are numbers and one is not whole.</summary>
    public bool? Regression { get; init; }

    /// <summary>Task text: whether a text may have any number of labels, separated by commas; in evaluation the model says it.</summary>
    public bool MultiLabel { get; init; }

    /// <summary>Longest sequence in tokens; null: 128, SQuAD 384, or the model's positions if they are fewer.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Whether a head of another shape than the task needs starts afresh instead of being an error.</summary>
    public bool IgnoreMismatchedSizes { get; init; }

    /// <summary>Overrides all dropouts of config.json.</summary>
    public double? Dropout { get; init; }

    /// <summary>
    /// The first N training examples (SQuAD: windows); null: all. A table is read no further, but for the classes of the task text, which are those of the
    /// whole file, and with <see cref="EvalSplit"/>.
    /// </summary>
    public int? MaxTrainSamples { get; init; }

    /// <summary>The first N evaluation examples (SQuAD: questions); null: all. A table is read no further.</summary>
    public int? MaxEvalSamples { get; init; }

    /// <summary>The loss of a classification or regression by name; null: cross-entropy, squared error.</summary>
    public string? Loss { get; init; }

    /// <summary>Classifications: how much each class counts in the training loss, see <see cref="Objectives.ClassWeights"/>; null: all alike.</summary>
    public string? ClassWeights { get; init; }

    /// <summary>Classifications: ε of label smoothing in the training loss, at least 0 and below 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>SQuAD: tokens between the starts of two windows.</summary>
    public int DocStride { get; init; } = 128;

    /// <summary>SQuAD: tokens of the question that are kept.</summary>
    public int MaxQueryLength { get; init; } = 64;

    /// <summary>SQuAD: longest answer in tokens.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>SQuAD: best starts and ends that are combined.</summary>
    public int NBest { get; init; } = 20;

    /// <summary>Masked-lm: share of the words that are predicted.</summary>
    public double MaskProbability { get; init; } = 0.15;

    /// <summary>Masked-lm: whether all pieces of a word are chosen together.</summary>
    public bool WholeWord { get; init; } = true;

    /// <summary>A fine-tuned model of the same task and vocabulary to distil from.</summary>
    public string? Teacher { get; init; }

    /// <summary>Weight of the distillation loss; that of the labels' loss is 1 − α.</summary>
    public double DistillAlpha { get; init; } = 0.9;

    /// <summary>Temperature of the distillation.</summary>
    public double DistillTemperature { get; init; } = 2;

    /// <summary>Where the examples are, for tasks with one training file.</summary>
    /// <exception cref="OptionException">There are several training files.</exception>
    [JsonIgnore]
    public DataFiles Files
    {
        get
        {
            OptionException.Require(TrainFile.Count <= 1, nameof(TrainFile), "one file", TrainFile.Count);
            return new DataFiles(Data, TrainFile.Count == 0 ? null : TrainFile[0], EvalFile)
            {
                // What is held out is drawn from all examples.
                MostTrain = EvalSplit is null ? MaxTrainSamples : null,
                MostEval = MaxEvalSamples,
            };
        }
    }

    /// <summary>Columns of the task text.</summary>
    [JsonIgnore]
    public CustomTextOptions Columns => new(TextColumn, PairColumn, LabelColumn) { IsMultiLabel = MultiLabel };

    /// <summary>Checks every value's range.</summary>
    /// <exception cref="OptionException">A value is out of range; the message names the option, what was expected and what was found.</exception>
    public void Validate()
    {
        RequireNames();
        OptionException.Require(Dropout is null or (>= 0 and < 1), nameof(Dropout), "0 or more and below 1", Dropout);
        OptionException.Require(MaxTrainSamples is null or > 0, nameof(MaxTrainSamples), "1 or more", MaxTrainSamples);
        OptionException.Require(MaxEvalSamples is null or > 0, nameof(MaxEvalSamples), "1 or more", MaxEvalSamples);
        OptionException.Require(EvalSplit is null or (> 0 and < 1), nameof(EvalSplit), "above 0 and below 1", EvalSplit);
        if (EvalSplit is not null && EvalFile is not null)
            throw OptionException.Of($"{new OptionName(nameof(EvalSplit))} and {new OptionName(nameof(EvalFile))} exclude each other.");
        OptionException.Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), "0 or more and below 1", LabelSmoothing);
        if (MultiLabel && Regression == true)
            throw OptionException.Of($"{new OptionName(nameof(MultiLabel))} and {new OptionName(nameof(Regression))} exclude each other.");
        if (!Evaluate && (EvalSplit is not null || EvalFile is not null))
        {
            OptionName given = new(EvalFile is null ? nameof(EvalSplit) : nameof(EvalFile));
            throw OptionException.Of($"{given} has no effect with {new OptionName(nameof(Evaluate))} false.");
        }

        OptionException.Require(DocStride > 0, nameof(DocStride), "1 or more", DocStride);
        OptionException.Require(MaxQueryLength > 0, nameof(MaxQueryLength), "1 or more", MaxQueryLength);
        OptionException.Require(MaxAnswerLength > 0, nameof(MaxAnswerLength), "1 or more", MaxAnswerLength);
        OptionException.Require(NBest > 0, nameof(NBest), "1 or more", NBest);
        OptionException.Require(MaskProbability is > 0 and <= 1, nameof(MaskProbability), "above 0 and at most 1", MaskProbability);
        OptionException.Require(DistillAlpha is >= 0 and <= 1, nameof(DistillAlpha), "0 to 1", DistillAlpha);
        OptionException.Require(
            DistillTemperature > 0 && double.IsFinite(DistillTemperature), nameof(DistillTemperature), "a number above 0", DistillTemperature);
    }

    // An empty path would be the working folder here and an error of the system there.
    private void RequireNames()
    {
        (string Property, string? Value)[] names =
        [
            (nameof(Model), Model), (nameof(Config), Config), (nameof(Vocab), Vocab), (nameof(Task), Task), (nameof(Data), Data), (nameof(EvalFile), EvalFile),
            .. TrainFile.Select(file => (nameof(TrainFile), (string?)file)), (nameof(Teacher), Teacher), (nameof(TextColumn), TextColumn),
            (nameof(PairColumn), PairColumn), (nameof(LabelColumn), LabelColumn),
        ];
        foreach ((string property, string? value) in names)
        {
            OptionException.Require(value is null || !string.IsNullOrWhiteSpace(value), property, "a name", "an empty text");
            OptionException.Require(value is null || !value.Contains('\0', StringComparison.Ordinal), property, "a name", "a NUL character in one");
        }
    }
}
