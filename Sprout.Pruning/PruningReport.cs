// pruning.json.
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>What pruning left of a model.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="UnprunedParameters">The encoder's parameters that are never pruned: biases and layer norms.</param>
/// <param name="Threshold">The final τ, or null for methods without one.</param>
/// <param name="Lambda">The final weight of the penalty.</param>
/// <param name="Matrices">The prunable matrices in their order.</param>
public sealed record PruningReport(string Method, long UnprunedParameters, double? Threshold, double Lambda, IReadOnlyList<MatrixDensity> Matrices)
{
    /// <summary>The report's file name in a run folder.</summary>
    public const string ReportFile = "pruning.json";

    /// <summary>Heads and neurons that share a score over several matrices: by the scores' name, how many there are and are kept; else empty.</summary>
    public IReadOnlyList<MatrixDensity> Shared { get; init; } = [];

    /// <summary>Dense milliseconds ÷ those of what is left, by the run's table of latencies; null without <see cref="PruningOptions.Speedup"/>.</summary>
    public double? PredictedSpeedup { get; init; }

    /// <summary>The predicted speed-up and what each layer keeps for it, as a sentence; null without one.</summary>
    public string? SpeedupText => PredictedSpeedup is double speedup
        ? FormattableString.Invariant($"Predicted speed-up {speedup:0.00}; ")
            + $"the layers keep {Counts(0)} of {Shared[0].Size} heads and {Counts(1)} of {Shared[1].Size} neurons."
        : null;

    /// <summary>Prunable weights.</summary>
    public long Size => Matrices.Sum(matrix => matrix.Size);

    /// <summary>Kept prunable weights.</summary>
    public long Kept => Matrices.Sum(matrix => matrix.Kept);

    /// <summary>Kept ÷ prunable weights.</summary>
    public double Density => (double)Kept / Size;

    /// <summary>The paper's measure; see <see cref="RemainingPercentOf"/>.</summary>
    public double RemainingPercent => RemainingPercentOf(Kept, Size, UnprunedParameters);

    /// <summary>
    /// Remaining weights in percent as Sanh et al. 2020 count them: (kept prunable weights + encoder biases and layer norms) ÷ encoder parameters · 100.
    /// </summary>
    public static double RemainingPercentOf(long kept, long prunable, long unpruned) => 100.0 * (kept + unpruned) / (prunable + unpruned);

    /// <summary>Writes <c>pruning.json</c> into a folder.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string folder)
    {
        var report = new JsonObject
        {
            ["method"] = Method,
            ["density"] = Density,
            ["remaining_percent"] = RemainingPercent,
            ["threshold"] = Threshold,
            ["lambda"] = Lambda,
            ["matrices"] = ByName(Matrices),
        };
        if (PredictedSpeedup is double speedup) report["predicted_speedup"] = speedup;
        if (Shared.Count > 0) report["shared"] = ByName(Shared);
        JsonFile.WriteSorted(Path.Combine(folder, ReportFile), report);
    }

    // Of the shared scores, those of heads and those of neurons take turns.
    private string Counts(int first) => string.Join(", ", Shared.Where((_, i) => i % 2 == first).Select(part => part.Kept));

    private static JsonObject ByName(IEnumerable<MatrixDensity> parts) => new(parts.Select(part => KeyValuePair.Create(
        part.Name, (JsonNode?)new JsonObject { ["size"] = part.Size, ["kept"] = part.Kept, ["density"] = part.Density })));
}
