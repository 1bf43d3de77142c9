// What a model costs, as it is told.
using System.Globalization;
using Sprout.Bert.Models;

namespace Sprout.Pruning.Inspection;

/// <summary>What a model costs, for results, model cards and people: weights, multiply-adds, bytes on disk and in memory.</summary>
/// <param name="Model">What it holds.</param>
/// <param name="Inference">What it takes to answer, on the device that was asked.</param>
/// <param name="SequenceLength">Tokens of the sequence whose multiply-adds are told.</param>
public sealed record CostReport(ModelCost Model, InferenceCost Inference, int SequenceLength)
{
    private const int UsualLength = 128;

    /// <summary>The length that is told of unless another is asked for: 128 tokens, or all that the model has positions for.</summary>
    public static int UsualLengthOf(ModelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Math.Min(UsualLength, config.MaxPositionEmbeddings);
    }

    /// <summary>Inspects a model in memory, its masks made permanent.</summary>
    /// <param name="model">The model.</param>
    /// <param name="bytesOnDisk">Bytes of the files that hold its weights; null when there are none.</param>
    public static CostReport Of(TaskModel model, long? bytesOnDisk = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new CostReport(
            ModelInspector.Inspect(model) with { BytesOnDisk = bytesOnDisk }, InferenceInspector.Inspect(model), UsualLengthOf(model.Config));
    }

    /// <summary>Heads and neurons that are gone, such as "3 of 72 heads, 900 of 9216 neurons".</summary>
    public static string Removed(long removedHeads, long heads, long removedNeurons, long neurons) =>
        FormattableString.Invariant($"{removedHeads} of {heads} heads, {removedNeurons} of {neurons} neurons");

    /// <summary>The numbers by the names that results files and JSON documents have for them; what is not known is left out.</summary>
    public IReadOnlyDictionary<string, double> Numbers()
    {
        var numbers = new Dictionary<string, double>
        {
            ["parameters"] = Model.Parameters,
            ["non_zeros"] = Model.NonZeros,
            ["embedding_parameters"] = Model.EmbeddingParameters,
            ["encoder_parameters"] = Model.EncoderParameters,
            ["encoder_non_zeros"] = Model.EncoderNonZeros,
            ["prunable_weights"] = Model.PrunableWeights,
            ["kept_weights"] = Model.KeptWeights,
            ["density"] = Model.Density,
            ["remaining_percent"] = Model.RemainingPercent,
            ["macs_per_token"] = Model.MacsPerToken,
            ["dense_macs_per_token"] = Model.DenseMacsPerToken,
            ["computed_macs_per_token"] = Inference.MultipliedWeights,
            ["sequence_length"] = SequenceLength,
            ["macs_per_sequence"] = Model.MacsPerSequence(SequenceLength),
            ["dense_macs_per_sequence"] = Model.DenseMacsPerSequence(SequenceLength),
            ["removed_heads"] = Model.RemovedHeads,
            ["removed_neurons"] = Model.RemovedNeurons,
            ["bytes_in_memory"] = Inference.Bytes,
            ["packed_bytes_in_memory"] = Inference.LayoutBytes,
        };
        if (Model.BytesOnDisk is long bytes) numbers["bytes_on_disk"] = bytes;
        return numbers;
    }

    /// <summary>The same for people: what it is, and the value with its unit.</summary>
    public IEnumerable<(string What, string Value)> Describe()
    {
        yield return ("parameters",
            $"{Count(Model.Parameters)}, of which {Count(Model.EmbeddingParameters)} embeddings and {Count(Model.EncoderParameters)} encoder");
        yield return ("non-zeros", $"{Count(Model.NonZeros)}, of which {Count(Model.EncoderNonZeros)} encoder");
        yield return ("prunable weights", $"{Count(Model.PrunableWeights)}, kept {Count(Model.KeptWeights)}");
        if (Model.KeptWeights < Model.PrunableWeights)
            yield return ("density", FormattableString.Invariant(
                $"{100 * Model.Density:0.00} % of the prunable weights, {Model.RemainingPercent:0.00} % remaining as the paper counts"));
        yield return ("MACs a token", $"{Count(Model.MacsPerToken)} in the encoder's matrices by kept weights, dense {Count(Model.DenseMacsPerToken)}; "
            + $"computed {Count(Inference.MultipliedWeights)}, as the weights are packed on this machine");
        yield return ("MACs a sequence", $"{Count(Model.MacsPerSequence(SequenceLength))} of {SequenceLength} tokens, attention's products included, "
            + $"dense {Count(Model.DenseMacsPerSequence(SequenceLength))}");
        if (Model.RemovedHeads + Model.RemovedNeurons > 0)
        {
            long heads = Model.RemovedHeads + Model.Layers.Sum(layer => layer.Heads), neurons = Model.RemovedNeurons + Model.Layers.Sum(layer => layer.Neurons);
            yield return ("removed", Removed(Model.RemovedHeads, heads, Model.RemovedNeurons, neurons) + ": all counts and shares are of what is left");
        }

        if (Model.BytesOnDisk is long bytes) yield return ("on disk", Megabytes(bytes));
        yield return ("in memory", $"{Megabytes(Inference.Bytes)} to answer, of which {Megabytes(Inference.LayoutBytes)} packed for products");
    }

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:0.00} MB");
}
