// Which model, which task and which data.
using Sprout.Bert.Data;

namespace Sprout.Bert.Training;

/// <summary>Which model, which task and which data; names and defaults are those of <c>sprout train</c>.</summary>
public sealed record TaskOptions
{
    /// <summary>A model folder; or null with <see cref="Config"/> and <see cref="Vocabulary"/>.</summary>
    public string? Model { get; init; }

    /// <summary>A config.json for a fresh model.</summary>
    public string? Config { get; init; }

    /// <summary>A vocab.txt for a fresh model.</summary>
    public string? Vocabulary { get; init; }

    /// <summary>sst2, mrpc, qqp, mnli, qnli, rte, cola, stsb, wnli, squad or text.</summary>
    public required string Task { get; init; }

    /// <summary>Where the examples are.</summary>
    public required DataFiles Data { get; init; }

    /// <summary>Columns of the text task.</summary>
    public CustomTextOptions Columns { get; init; } = new();

    /// <summary>Longest sequence in tokens; null: 128, SQuAD 384, or the model's positions if they are fewer.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Overrides all dropouts of config.json.</summary>
    public double? Dropout { get; init; }

    /// <summary>The first N training examples (SQuAD: windows).</summary>
    public int? MaxTrainSamples { get; init; }

    /// <summary>The first N evaluation examples (SQuAD: questions).</summary>
    public int? MaxEvalSamples { get; init; }

    /// <summary>Seed of fresh weights.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>SQuAD: tokens between the starts of two windows.</summary>
    public int DocStride { get; init; } = 128;

    /// <summary>SQuAD: tokens of the question that are kept.</summary>
    public int MaxQueryLength { get; init; } = 64;

    /// <summary>SQuAD: longest answer in tokens.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>SQuAD: best starts and ends that are combined.</summary>
    public int NBest { get; init; } = 20;

    /// <summary>A fine-tuned model of the same task and vocabulary to distil from.</summary>
    public string? Teacher { get; init; }

    /// <summary>Weight of the distillation loss.</summary>
    public double DistillAlpha { get; init; } = 0.9;

    /// <summary>Temperature of the distillation.</summary>
    public double DistillTemperature { get; init; } = 2;
}
