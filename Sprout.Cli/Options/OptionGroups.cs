// In which order and under which titles the help shows options.
namespace Sprout.Cli.Options;

/// <summary>The groups of the help, and the options of each in the order in which they are shown.</summary>
internal static class OptionGroups
{
    /// <summary>Title and options.</summary>
    public static readonly (string Title, string[] Options)[] All =
    [
        ("Model",
        [
            "--model", "--config", "--vocab", "--cased", "--ignore-mismatched-sizes", "--dropout", "--format", "--weights", "--activations", "--embeddings",
            "--keep-tokens", "--pattern", "--remove-empty", "--max-loss",
        ]),
        ("Data",
        [
            "--task", "--data", "--train-file", "--eval-file", "--eval-split", "--input", "--pair", "--text-column", "--pair-column", "--label-column",
            "--regression", "--multi-label", "--max-length", "--max-train-samples", "--max-eval-samples", "--mask-probability", "--whole-word",
        ]),
        ("Question answering", ["--doc-stride", "--max-query-length", "--max-answer-length", "--n-best"]),
        ("Demo", ["--seeds", "--write-data", "--corpus-lines"]),
        ("Measurement", ["--mode", "--batch", "--length", "--lengths-from", "--shape", "--layout", "--warmup", "--repeat"]),
        ("Output", ["--output", "--resume", "--overwrite", "--options", "--predictions", "--json", "--profile"]),
        ("Training",
        [
            "--epochs", "--max-steps", "--batch-size", "--gradient-accumulation", "--eval-batch-size", "--learning-rate", "--lr-schedule", "--warmup-steps",
            "--warmup-ratio", "--weight-decay", "--adam-epsilon", "--max-grad-norm", "--loss", "--class-weights", "--label-smoothing", "--shuffle", "--seed",
        ]),
        ("Evaluation, checkpoints, log",
        [
            "--evaluate", "--eval-every", "--keep", "--best-metric", "--patience", "--save-every", "--save-total-limit", "--logging-steps",
        ]),
        ("Pruning",
        [
            "--method", "--density", "--speedup", "--speedup-batch", "--speedup-length", "--latency-table", "--lambda", "--threshold", "--scope", "--block",
            "--attention-unit", "--feed-forward-unit", "--initial-density", "--schedule-warmup", "--initial-warmup", "--final-warmup",
            "--score-learning-rate", "--score-init", "--score-scale", "--init-scores", "--l0-noise", "--train-embeddings", "--keep-zeros",
        ]),
        ("Distillation", ["--teacher", "--distill-alpha", "--distill-temperature"]),
        ("Device", ["--device", "--threads"]),
        ("Help", ["--help", "--version"]),
    ];
}
