// Counts what a model holds.
using Sprout.Autograd;
using Sprout.Bert;
using Sprout.Bert.Models;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Pruning;

/// <summary>Counts what a model holds: parameters, non-zeros, empty heads and neurons. Reads one tensor at a time.</summary>
public static class ModelInspector
{
    private const string Prefix = "bert.";
    private const string Encoder = "bert.encoder.layer.";
    private const string WeightSuffix = ".weight";

    // Of one encoder layer, with transformers' names.
    private const string Query = "attention.self.query", Key = "attention.self.key", Value = "attention.self.value", AttentionOutput = "attention.output.dense";
    private const string Intermediate = "intermediate.dense", Output = "output.dense";

    private static readonly string[] Prunable = [Query, Key, Value, AttentionOutput, Intermediate, Output];

    /// <summary>Inspects a model folder: <c>config.json</c> and <c>model.safetensors</c> or its shards, keys with or without the <c>bert.</c> prefix.</summary>
    /// <exception cref="InputException">A file cannot be read, or the encoder that the configuration describes is not complete.</exception>
    public static ModelCost Inspect(string folder)
    {
        BertConfig config = BertConfig.Load(folder);
        using SafetensorsFile file = SafetensorsFile.OpenModel(folder);
        long bytes = file.Entries.Select(entry => entry.FilePath).Distinct().Sum(path => new FileInfo(path).Length);
        return Inspect(folder, config, bytes, file.Entries.Where(entry => !ModelFolder.IsDerived(entry.Name)).Select(entry => Read(file, entry)));
    }

    /// <summary>Inspects a model in memory, without regard to masks in its layers.</summary>
    public static ModelCost Inspect(BertHead model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Inspect(model.Architecture, model.Config, null, model.Parameters().Select(Read));
    }

    private static (string Name, int[] Extents, float[] Values) Read(SafetensorsFile file, SafetensorsEntry entry)
    {
        var values = new float[entry.Count];
        file.ReadFloat32(entry, values);
        bool known = entry.Name.StartsWith("embeddings.", StringComparison.Ordinal) || entry.Name.StartsWith("encoder.", StringComparison.Ordinal) || entry.Name.StartsWith("pooler.", StringComparison.Ordinal);
        return (known ? Prefix + entry.Name : entry.Name, [.. entry.Shape.Select(extent => checked((int)extent))], values);
    }

    private static (string Name, int[] Extents, float[] Values) Read(Parameter parameter) =>
        (parameter.Name, parameter.Shape.Rank == 1 ? [parameter.Shape[0]] : [parameter.Shape[0], parameter.Shape[1]], parameter.Value.ToArray());

    private static ModelCost Inspect(string source, BertConfig config, long? bytes, IEnumerable<(string Name, int[] Extents, float[] Values)> tensors)
    {
        long parameters = 0, nonZeros = 0, embeddings = 0, encoder = 0, prunable = 0;
        var matrices = new List<MatrixCost>();
        var found = new Dictionary<string, Zeros>(StringComparer.Ordinal);
        foreach ((string name, int[] extents, float[] values) in tensors)
        {
            long kept = values.LongLength - values.AsSpan().Count(0f);
            bool inEncoder = name.StartsWith(Encoder, StringComparison.Ordinal);
            parameters += values.LongLength;
            nonZeros += kept;
            if (inEncoder) encoder += values.LongLength;
            if (name.StartsWith("bert.embeddings.", StringComparison.Ordinal)) embeddings += values.LongLength;
            if (extents.Length == 2)
            {
                bool isPrunable = inEncoder && Prunable.Contains(ModuleInLayer(name));
                if (isPrunable) prunable += values.LongLength;
                string module = name.EndsWith(WeightSuffix, StringComparison.Ordinal) ? name[..^WeightSuffix.Length] : name;
                matrices.Add(new MatrixCost(module, extents[0], extents[1], kept, isPrunable));
            }

            if (inEncoder && extents.Length is 1 or 2) found[name] = Zeros.Of(values, extents);
        }

        var layers = new List<LayerCost>();
        for (int i = 0; i < config.NumHiddenLayers; i++) layers.Add(InspectLayer(source, config, Encoder + i + ".", found));
        return new ModelCost(parameters, nonZeros, embeddings, encoder, encoder - prunable, bytes, matrices, layers);
    }

    private static LayerCost InspectLayer(string source, BertConfig config, string layer, Dictionary<string, Zeros> found)
    {
        int hidden = config.HiddenSize, inner = config.IntermediateSize, heads = config.NumAttentionHeads, head = hidden / heads;
        Zeros query = Find(Query + WeightSuffix, hidden, hidden), key = Find(Key + WeightSuffix, hidden, hidden), value = Find(Value + WeightSuffix, hidden, hidden);
        Zeros output = Find(AttentionOutput + WeightSuffix, hidden, hidden), valueBias = Find(Value + ".bias", hidden);
        Zeros first = Find(Intermediate + WeightSuffix, inner, hidden), second = Find(Output + WeightSuffix, hidden, inner), firstBias = Find(Intermediate + ".bias", inner);
        return new LayerCost(
            heads,
            Count(heads, h => Head(value.Rows, h) || Head(output.Columns, h)),
            Count(heads, h => (Head(value.Rows, h) && Head(valueBias.Rows, h)) || Head(output.Columns, h)),
            Count(heads, h => Head(query.Rows, h) || Head(key.Rows, h)),
            inner,
            Count(inner, n => first.Rows[n] || second.Columns[n]),
            Count(inner, n => (first.Rows[n] && firstBias.Rows[n]) || second.Columns[n]));

        bool Head(bool[] zero, int h) => !zero.AsSpan(h * head, head).Contains(false);

        Zeros Find(string name, int rows, int columns = 1)
        {
            if (!found.TryGetValue(layer + name, out Zeros? zeros)) throw new InputException($"{source}: expected the tensor \"{layer + name}\", found none of that name.");
            if (zeros.Rows.Length != rows || zeros.Columns.Length != columns)
                throw new InputException($"{source}: tensor \"{layer + name}\": expected {rows} x {columns} elements as in {BertConfig.FileName}, found {zeros.Rows.Length} x {zeros.Columns.Length}.");
            return zeros;
        }
    }

    private static int Count(int count, Func<int, bool> condition) => Enumerable.Range(0, count).Count(condition);

    // "bert.encoder.layer.3.attention.self.query.weight" → "attention.self.query".
    private static string ModuleInLayer(string name)
    {
        string inLayer = name[(name.IndexOf('.', Encoder.Length) + 1)..];
        return inLayer.EndsWith(WeightSuffix, StringComparison.Ordinal) ? inLayer[..^WeightSuffix.Length] : inLayer;
    }

    /// <summary>Which rows and which columns of a tensor are all 0; a vector is one column.</summary>
    private sealed record Zeros(bool[] Rows, bool[] Columns)
    {
        public static Zeros Of(float[] values, int[] extents)
        {
            int rows = extents[0], columns = extents.Length == 2 ? extents[1] : 1;
            bool[] zeroRows = new bool[rows], zeroColumns = new bool[columns];
            Array.Fill(zeroRows, true);
            Array.Fill(zeroColumns, true);
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    if (values[((long)i * columns) + j] == 0) continue;
                    zeroRows[i] = false;
                    zeroColumns[j] = false;
                }
            }

            return new Zeros(zeroRows, zeroColumns);
        }
    }
}
