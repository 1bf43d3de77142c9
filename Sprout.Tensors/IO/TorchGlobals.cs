// The names a pickle of tensors may use, and what they make.
namespace Sprout.Tensors.IO;

/// <summary>
/// The allow-list: ordered dictionaries, storages, and the functions of <c>torch._utils</c> that make a tensor of a storage. They are values of ours; no code
/// of anybody else's runs.
/// </summary>
internal static class TorchGlobals
{
    // As PyTorch.
    private const int MaxRank = 64;

    private static readonly TorchName Dictionary = new("collections", "OrderedDict");
    private static readonly TorchName Tensor = new("torch._utils", "_rebuild_tensor");
    private static readonly TorchName TensorWithHooks = new("torch._utils", "_rebuild_tensor_v2");
    private static readonly TorchName Parameter = new("torch._utils", "_rebuild_parameter");
    private static readonly TorchName[] Functions = [Dictionary, Tensor, TensorWithHooks, Parameter];

    private static readonly Dictionary<TorchName, SafetensorsType> Storages = new()
    {
        [new("torch", "FloatStorage")] = SafetensorsType.F32,
        [new("torch", "DoubleStorage")] = SafetensorsType.F64,
        [new("torch", "HalfStorage")] = SafetensorsType.F16,
        [new("torch", "BFloat16Storage")] = SafetensorsType.BF16,
        [new("torch", "LongStorage")] = SafetensorsType.I64,
        [new("torch", "IntStorage")] = SafetensorsType.I32,
        [new("torch", "ShortStorage")] = SafetensorsType.I16,
        [new("torch", "CharStorage")] = SafetensorsType.I8,
        [new("torch", "ByteStorage")] = SafetensorsType.U8,
        [new("torch", "BoolStorage")] = SafetensorsType.BOOL,
    };

    /// <summary>A name of the list.</summary>
    /// <exception cref="InputException">It is not in the list.</exception>
    public static TorchName Name(string module, string name, string path)
    {
        var wanted = new TorchName(module, name);
        if (Storages.ContainsKey(wanted) || Array.IndexOf(Functions, wanted) >= 0) return wanted;
        string found = TorchPickle.Shown($"{module}.{name}");
        throw new InputException($"{path}: expected a dictionary of tensors only, found the name {found}; nothing of it was run.");
    }

    /// <summary>The storage of a persistent id: ('storage', type, key, device, elements) and, before PyTorch 0.4 or None, a view of it.</summary>
    /// <exception cref="InputException">It is something else.</exception>
    public static TorchStorage Storage(object? id, string path)
    {
        if (id is object?[] and ["storage", TorchName type, string key, string, long count, .. object?[] rest]
            && Storages.TryGetValue(type, out SafetensorsType element) && count >= 0)
        {
            if (rest is [] or [null]) return new TorchStorage(key, element, count, count, 0);
            if (rest is [object?[] and [string, long start, long size]] && start >= 0 && size >= 0 && start <= count && size <= count - start)
                return new TorchStorage(key, element, size, count, start);
        }

        throw new InputException(
            $"{path}: expected ('storage', type, key, device, elements) to name a storage, found {TorchPickle.KindOf(id)} of another kind.");
    }

    /// <summary>What a name makes of its arguments.</summary>
    /// <exception cref="InputException">The arguments are not those it takes.</exception>
    public static object Make(TorchName function, object?[] arguments, string path)
    {
        if (function == Dictionary && arguments is []) return new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        if (function == Dictionary && arguments is [List<object?> pairs]) return Filled(pairs, path);
        if (function == Parameter && arguments is [TorchTensor data, ..]) return data;
        if ((function == Tensor || function == TensorWithHooks)
            && arguments is [TorchStorage storage, long offset, object?[] shape, object?[] strides, ..])
            return new TorchTensor(storage, offset, Extents(shape, path), Extents(strides, path));
        string found = string.Join(", ", arguments.Take(8).Select(TorchPickle.KindOf));
        throw new InputException($"{path}: {function.Module}.{function.Name}: expected the arguments of torch.save, found ({found}).");
    }

    // Python 2 gave the pairs as an argument.
    private static OrderedDictionary<string, object?> Filled(List<object?> pairs, string path)
    {
        var dictionary = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (object? pair in pairs)
        {
            object?[] items = pair as object?[] ?? (pair as List<object?>)?.ToArray() ?? [];
            if (items is not [string key, _]) throw new InputException($"{path}: expected pairs of a string and a value, found {TorchPickle.KindOf(pair)}.");
            dictionary[key] = items[1];
        }

        return dictionary;
    }

    private static long[] Extents(object?[] values, string path)
    {
        if (values.Length > MaxRank) throw new InputException($"{path}: expected at most {MaxRank} dimensions, found {values.Length}.");
        var extents = new long[values.Length];
        for (int i = 0; i < extents.Length; i++)
            extents[i] = values[i] is long extent and >= 0
                ? extent : throw new InputException($"{path}: expected shapes and strides of integers of at least 0, found {TorchPickle.KindOf(values[i])}.");
        return extents;
    }
}
