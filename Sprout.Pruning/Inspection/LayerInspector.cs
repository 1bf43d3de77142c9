// Which heads and neurons of a layer are empty.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Pruning.Structure;
using Sprout.Tensors;

namespace Sprout.Pruning.Inspection;

/// <summary>Finds the empty heads and neurons of one encoder layer.</summary>
internal static class LayerInspector
{
    /// <summary>Counts them.</summary>
    /// <param name="source">What messages call the model.</param>
    /// <param name="layer">The layer, for its structure.</param>
    /// <param name="found">Which lines of its tensors are 0, by the parameters' names.</param>
    /// <exception cref="InputException">A tensor is missing or has other extents.</exception>
    public static LayerCost Inspect(string source, EncoderLayer layer, Dictionary<string, ZeroLines> found)
    {
        AttentionMatrices attention = layer.Attention;
        ZeroLines query = Find(attention.Query.Weight), key = Find(attention.Key.Weight), value = Find(attention.Value.Weight);
        ZeroLines output = Find(attention.Output.Weight), valueBias = Find(attention.Value.Bias);
        ZeroLines first = Find(layer.FeedForward.First.Weight), second = Find(layer.FeedForward.Second.Weight), firstBias = Find(layer.FeedForward.First.Bias);
        int heads = attention.Heads, size = attention.HeadSize, neurons = layer.FeedForward.First.Weight.Shape[0];
        return new LayerCost(
            heads,
            Count(heads, h => Head(value.Rows, h) || Head(output.Columns, h)),
            Count(heads, h => (Head(value.Rows, h) && Head(valueBias.Rows, h)) || Head(output.Columns, h)),
            Count(heads, h => Head(query.Rows, h) || Head(key.Rows, h)),
            neurons,
            Count(neurons, n => first.Rows[n] || second.Columns[n]),
            Count(neurons, n => (first.Rows[n] && firstBias.Rows[n]) || second.Columns[n]));

        bool Head(bool[] zero, int h) => !zero.AsSpan(h * size, size).Contains(false);

        ZeroLines Find(Parameter parameter)
        {
            if (!found.TryGetValue(parameter.Name, out ZeroLines? zeros))
                throw new InputException($"{source}: expected the tensor \"{parameter.Name}\", found none of that name.");
            (int rows, int columns) = parameter.Shape.Rank == 1 ? (parameter.Shape[0], 1) : (parameter.Shape[0], parameter.Shape[1]);
            if (zeros.Rows.Length == rows && zeros.Columns.Length == columns) return zeros;
            throw new InputException(
                $"{source}: tensor \"{parameter.Name}\": expected {rows} x {columns} elements as in {ModelConfig.FileName}, "
                + $"found {zeros.Rows.Length} x {zeros.Columns.Length}.");
        }
    }

    private static int Count(int count, Func<int, bool> condition) => Enumerable.Range(0, count).Count(condition);
}
