// How a predictor works.
namespace Sprout.Bert.Prediction;

/// <summary>How a predictor works.</summary>
public sealed record PredictorOptions
{
    /// <summary>Where to compute: "cpu", "cuda:0".</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Processor threads of one forward pass; 0: all cores.</summary>
    public int Threads { get; init; }

    /// <summary>Longest sequence in tokens; null: 128, 384 for answers, or the model's positions if they are fewer.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Sequences that go through the model together when a call gives several.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Answers: tokens between the starts of two windows.</summary>
    public int DocStride { get; init; } = 128;

    /// <summary>Answers: tokens of the question that are kept.</summary>
    public int MaxQueryLength { get; init; } = 64;

    /// <summary>Answers: the longest one, in tokens.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>Takes what the user should know of the device before it is opened; null: nobody.</summary>
    public Action<string>? Note { get; init; }
}
