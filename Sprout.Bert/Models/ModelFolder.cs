// Weights from and to Hugging Face folders.
using System.Runtime.InteropServices;
using Sprout.Autograd;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Models;

/// <summary>What loading found besides what it needed.</summary>
/// <param name="Missing">Parameters of the head or pooler that the file lacks; they keep their fresh values.</param>
/// <param name="Unused">Tensors of the file that the model does not have.</param>
public sealed record LoadReport(IReadOnlyList<string> Missing, IReadOnlyList<string> Unused);

/// <summary>Reads and writes the weights of model folders as Hugging Face tools leave and expect them.</summary>
public static class ModelFolder
{
    /// <summary>The weights' file name.</summary>
    public const string WeightsFile = "model.safetensors";

    private const int ChunkElements = 1 << 20;

    /// <summary>
    /// Loads <c>model.safetensors</c> or its sharded index into a model; keys with and without the <c>bert.</c> prefix, and the old names gamma and beta, are understood.
    /// What pooler and head lack in the file is initialised from the seed.
    /// </summary>
    /// <exception cref="InputException">The file is damaged, a tensor has the wrong shape, or embeddings or encoder are incomplete.</exception>
    public static LoadReport Load(BertHead model, string folder, ulong seed)
    {
        using SafetensorsFile file = SafetensorsFile.OpenModel(folder);
        var missing = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        var buffer = new float[ChunkElements];
        foreach (Parameter parameter in model.Parameters())
        {
            SafetensorsEntry? entry = Find(file, parameter.Name);
            if (entry is null)
            {
                if (IsEssential(parameter.Name)) throw new InputException($"{folder}: expected the tensor \"{parameter.Name}\" {parameter.Shape}, found none of that name.");
                missing.Add(parameter.Name);
                Initialization.Apply(parameter, model.Config.InitializerRange, seed);
                continue;
            }

            used.Add(entry.Name);
            Read(file, entry, parameter.Value, buffer);
        }

        string[] unused = [.. file.Entries.Select(entry => entry.Name).Where(name => !used.Contains(name) && !IsDerived(name))];
        return new LoadReport(missing, unused);
    }

    /// <summary>Reads tensors by exact name into parameters: checkpoints.</summary>
    /// <exception cref="InputException">A tensor is missing or has the wrong shape.</exception>
    public static void LoadExact(IEnumerable<Parameter> parameters, string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        var buffer = new float[ChunkElements];
        foreach (Parameter parameter in parameters)
        {
            if (!file.TryGet(parameter.Name, out SafetensorsEntry? entry)) throw new InputException($"{path}: expected the tensor \"{parameter.Name}\" {parameter.Shape}, found none of that name.");
            Read(file, entry, parameter.Value, buffer);
        }
    }

    /// <summary>Writes named tensors to one file, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Save(IEnumerable<(string Name, Tensor Tensor)> tensors, string path) =>
        SafetensorsWriter.Write(path, tensors.Select(item => SafetensorsTensor.Float32(item.Name, Extents(item.Tensor.Shape), (offset, chunk) => Download(item.Tensor, offset, chunk))));

    /// <summary>Writes a model's weights into a folder.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Save(BertHead model, string folder) =>
        Save(model.Parameters().Select(parameter => (parameter.Name, parameter.Value)), Path.Combine(folder, WeightsFile));

    /// <summary>Reads one tensor of a file into a device tensor.</summary>
    /// <exception cref="InputException">The shape differs or the type is no float.</exception>
    public static void Read(SafetensorsFile file, SafetensorsEntry entry, Tensor tensor) =>
        Read(file, entry, tensor, new float[Math.Clamp(tensor.Count, 1, ChunkElements)]);

    /// <summary>Whether a tensor of a file is no weight of its own: a stored range of positions, or a copy of a tied tensor.</summary>
    public static bool IsDerived(string name) =>
        name.EndsWith("embeddings.position_ids", StringComparison.Ordinal) || name is "cls.predictions.decoder.weight" or "cls.predictions.decoder.bias";

    // Single precision goes from the mapped file straight to the device, and what has been read leaves the process's memory.
    private static unsafe void Read(SafetensorsFile file, SafetensorsEntry entry, Tensor tensor, float[] buffer)
    {
        if (!entry.Shape.SequenceEqual(Extents(tensor.Shape)))
            throw new InputException($"{entry.FilePath}: tensor \"{entry.Name}\": expected shape {tensor.Shape}, found [{string.Join(", ", entry.Shape)}].");
        int size = SafetensorsEntry.ElementSize(entry.Type);
        for (long start = 0; start < tensor.Count; start += buffer.Length)
        {
            int count = (int)Math.Min(buffer.Length, tensor.Count - start);
            Tensor part = tensor.Slice(start, new Shape(count));
            if (entry.Type == SafetensorsType.F32)
            {
                part.CopyFrom(MemoryMarshal.Cast<byte, float>(file.Raw(entry, start * size, count * size)));
            }
            else
            {
                fixed (float* chunk = buffer) file.ReadFloat32(entry, chunk, start, count);
                part.CopyFrom(buffer.AsSpan(0, count));
            }

            file.Release(entry, start * size, count * size);
        }
    }

    private static void Download(Tensor tensor, long offset, Span<float> chunk) => tensor.Slice(offset, new Shape(chunk.Length)).CopyTo(chunk);

    private static long[] Extents(Shape shape)
    {
        var extents = new long[shape.Rank];
        for (int i = 0; i < extents.Length; i++) extents[i] = shape[i];
        return extents;
    }

    private static SafetensorsEntry? Find(SafetensorsFile file, string name)
    {
        foreach (string prefixed in (string[])[name, name.StartsWith("bert.", StringComparison.Ordinal) ? name[5..] : name])
        {
            if (file.TryGet(prefixed, out SafetensorsEntry? entry)) return entry;
            string old = prefixed.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal).Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal);
            if (file.TryGet(old, out entry)) return entry;
        }

        return null;
    }

    // Without these there is no pre-trained model to speak of; pooler and heads may be fresh.
    private static bool IsEssential(string name) =>
        name.StartsWith("bert.embeddings.", StringComparison.Ordinal) || name.StartsWith("bert.encoder.", StringComparison.Ordinal);
}
