// Two of every four weights.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Pruning.Structure;

/// <summary>
/// A model in the pattern 2:4 (Mishra et al. 2021, arXiv:2104.08378): of every four neighbours in a row of a prunable matrix the two of the largest magnitude
/// stay, of equal ones the earlier, and the others are 0. The tensor cores of NVIDIA's GPUs multiply by such matrices. A model that has the pattern stays as it
/// is, to the bit.
/// </summary>
public sealed class TwoFourModel
{
    /// <summary>Rows and columns have to be multiples of this: what torch.sparse.to_sparse_semi_structured asks of 16-bit matrices.</summary>
    public const int Multiple = 16;

    private const int Group = 4, Kept = 2;

    private TwoFourModel(ModelSource model, long weights, long dropped) => (Model, NonZeros, Dropped) = (model, weights, dropped);

    /// <summary>The model in the pattern, which reads from the source.</summary>
    public ModelSource Model { get; }

    /// <summary>Weights of the prunable matrices that were not 0 before.</summary>
    public long NonZeros { get; }

    /// <summary>Those of them that are 0 now.</summary>
    public long Dropped { get; }

    /// <summary>Brings a model into the pattern; reads all prunable matrices once, to count.</summary>
    /// <param name="source">The model, which stays the caller's.</param>
    /// <exception cref="InputException">
    /// A prunable matrix has rows or columns that are not multiples of <see cref="Multiple"/>, or a tensor is missing, damaged or of another shape.
    /// </exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public static TwoFourModel Of(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        // Of a model that is never computed with, only names and shapes are needed, which take no memory.
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = source.Config.CreateClassifier(nowhere, source.Config.NumLabels);
        Parameter[] weights = [.. model.Encoder.Layers.SelectMany(layer => layer.Prunable).Select(matrix => matrix.Weight)];
        foreach (Parameter weight in weights) RequireMultiples(source, weight);
        var changes = new Dictionary<string, ChangedTensor>(StringComparer.Ordinal);
        long nonZeros = 0, dropped = 0;
        foreach (Parameter weight in weights)
        {
            float[] values = source.Read(weight, model.EncoderPrefix);
            nonZeros += NonZerosOf(values);
            dropped += NonZerosOf(values) - NonZerosOf(Apply(values));
            (string prefix, Shape shape) = (model.EncoderPrefix, weight.Shape);
            changes[source.Find(weight.Name, prefix)!.Name] = new ChangedTensor([shape[0], shape[1]], () => Apply(source.Read(weight, prefix)));
        }

        return new TwoFourModel(new ChangedModel(source, source.Config, changes), nonZeros, dropped);
    }

    /// <summary>Puts 0 in the place of the two smaller ones of every four values.</summary>
    /// <param name="values">Rows of a matrix, one behind the other.</param>
    /// <returns>The values.</returns>
    /// <exception cref="ArgumentException">Their number is no multiple of four.</exception>
    public static float[] Apply(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Length % Group != 0) throw new ArgumentException($"Apply: expected groups of {Group} values, found {values.Length} values.");
        for (int start = 0; start < values.Length; start += Group)
        {
            Span<float> group = values.AsSpan(start, Group);
            for (int left = Group - group.Count(0f); left > Kept; left--) group[Smallest(group)] = 0;
        }

        return values;
    }

    // Of those that are not 0; of equal ones the later.
    private static int Smallest(ReadOnlySpan<float> group)
    {
        int smallest = -1;
        for (int i = 0; i < Group; i++)
            if (group[i] != 0 && (smallest < 0 || MathF.Abs(group[i]) <= MathF.Abs(group[smallest]))) smallest = i;
        return smallest;
    }

    private static long NonZerosOf(float[] values) => values.LongLength - values.AsSpan().Count(0f);

    private static void RequireMultiples(ModelSource source, Parameter weight)
    {
        if (weight.Shape[0] % Multiple == 0 && weight.Shape[1] % Multiple == 0) return;
        throw new InputException(
            $"{source.Name}: tensor \"{weight.Name}\": expected rows and columns that are multiples of {Multiple}, as 2:4 needs, found {weight.Shape}.");
    }
}
