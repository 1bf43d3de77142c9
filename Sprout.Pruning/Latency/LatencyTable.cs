// What a pass costs, by the heads and neurons of its layers.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Bert.Models;
using Sprout.Tensors;

namespace Sprout.Pruning.Latency;

/// <summary>
/// Milliseconds of a pass without gradients on one machine: rest + Σ over layers of (attention[heads] + feed-forward[neurons]), as ZipLM predicts them (Kurtic
/// et al. 2023, section 3). The last layer has costs of its own: a classifier needs of it only the states of first tokens. What is in the file, and nothing
/// that is measured later, decides a run.
/// </summary>
public sealed record LatencyTable
{
    /// <summary>The file's name in a run's folder.</summary>
    public const string FileName = "latency.json";

    /// <summary>The kind of model, <see cref="TaskModel.Architecture"/>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Encoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Hidden { get; init; }

    /// <summary>Heads of a whole layer.</summary>
    public required int Heads { get; init; }

    /// <summary>Neurons of a whole layer.</summary>
    public required int Neurons { get; init; }

    /// <summary>Sequences of a pass.</summary>
    public required int Batch { get; init; }

    /// <summary>Tokens of a sequence.</summary>
    public required int Length { get; init; }

    /// <summary>What computed, with its instruction set and threads; for readers.</summary>
    public required string Device { get; init; }

    /// <summary>Milliseconds of everything but heads and neurons.</summary>
    public required double Rest { get; init; }

    /// <summary>Numbers of neurons that were measured, rising from 0 to all; costs are linear between them.</summary>
    public required IReadOnlyList<int> Grid { get; init; }

    /// <summary>Costs of every layer but the last.</summary>
    public required LayerLatency Inner { get; init; }

    /// <summary>Costs of the last layer.</summary>
    public required LayerLatency Last { get; init; }

    /// <summary>Milliseconds of a pass with all heads and neurons.</summary>
    public double Dense => Rest + Enumerable.Range(0, Layers).Sum(layer => AttentionCost(layer, Heads) + FeedForwardCost(layer, Neurons));

    /// <summary>Dense milliseconds ÷ those of one head a layer and no neurons.</summary>
    public double GreatestSpeedup => Dense / (Rest + Enumerable.Range(0, Layers).Sum(layer => AttentionCost(layer, 1)));

    /// <summary>SHA-256 of the table, as a run's identity has it.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson().ToJsonString())));

    /// <summary>Milliseconds of some heads of a layer.</summary>
    /// <param name="layer">Counted from 0.</param>
    /// <param name="heads">0 to all.</param>
    public double AttentionCost(int layer, int heads) => Of(layer).Attention[heads];

    /// <summary>Milliseconds of some neurons of a layer.</summary>
    /// <param name="layer">Counted from 0.</param>
    /// <param name="neurons">0 to all.</param>
    public double FeedForwardCost(int layer, int neurons)
    {
        IReadOnlyList<double> costs = Of(layer).FeedForward;
        int next = 0;
        while (Grid[next] < neurons) next++;
        if (Grid[next] == neurons) return costs[next];
        int before = Grid[next - 1];
        return costs[next - 1] + ((costs[next] - costs[next - 1]) * (neurons - before) / (Grid[next] - before));
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="InputException">The file cannot be read or is damaged; the message names the key.</exception>
    public static LatencyTable Load(string path) => LatencyJson.Read(JsonFile.ReadObject(path), path);

    /// <summary>The table as its file has it.</summary>
    public JsonObject ToJson() => LatencyJson.Write(this);

    /// <summary>Writes <see cref="FileName"/> into a folder.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string folder) => JsonFile.WriteSorted(Path.Combine(folder, FileName), ToJson());

    /// <summary>Checks that the table is of models like this one.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">What the message calls the table.</param>
    /// <exception cref="InputException">It is of another kind of model or of other sizes.</exception>
    public void RequireFits(TaskModel model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelConfig config = model.Config;
        string expected = Describe(model.Architecture, config.NumHiddenLayers, config.HiddenSize, config.NumAttentionHeads, config.IntermediateSize);
        string found = Describe(Architecture, Layers, Hidden, Heads, Neurons);
        if (expected != found) throw new InputException($"{path}: expected the latencies of {expected}, found those of {found}.");
    }

    private static string Describe(string architecture, int layers, int hidden, int heads, int neurons) =>
        FormattableString.Invariant($"{architecture} with {layers} layers of width {hidden}, {heads} heads and {neurons} neurons");

    private LayerLatency Of(int layer) => layer == Layers - 1 ? Last : Inner;
}
