// Reads the pickles of torch.save: plain values and tensors; nothing is ever imported or called.
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Sprout.Tensors.IO;

/// <summary>
/// A restricted reader of one pickle (Python's pickletools, protocols 2 to 4). Values are null, bool, long, double, string, <c>object?[]</c> for tuples, lists,
/// dictionaries by string, and what <see cref="TorchGlobals"/> makes of the few names it knows. Every other name and every other operation is refused.
/// </summary>
internal ref struct TorchPickle
{
    // A model of a thousand layers has less than half of each.
    private const int MaxValues = 1_000_000;
    private const int MaxDepth = 1 << 16;

    private static readonly object Mark = new();
    private static readonly object?[] EmptyTuple = [];
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> bytes;
    private readonly string path;
    private readonly List<object?> stack = [];
    private readonly Dictionary<long, object?> memo = [];
    private int at;
    private int values;

    private TorchPickle(ReadOnlySpan<byte> bytes, string path, int start)
    {
        this.bytes = bytes;
        this.path = path;
        at = start;
    }

    /// <summary>Reads the pickle that begins at a byte, which moves behind it.</summary>
    /// <exception cref="InputException">It is damaged, too large, or asks for anything but plain values and tensors.</exception>
    public static object? Read(ReadOnlySpan<byte> bytes, ref int at, string path)
    {
        var pickle = new TorchPickle(bytes, path, at);
        while (!pickle.Step()) { }
        at = pickle.at;
        return pickle.stack.Count == 1 ? pickle.Pop() : throw pickle.Wrong("one value at the end", $"{pickle.stack.Count}");
    }

    /// <summary>What a message calls a value, without looking into it.</summary>
    public static string KindOf(object? value) => value switch
    {
        null => "None",
        bool => "a bool",
        long or BigInteger => "an integer",
        double => "a float",
        string => "a string",
        object?[] => "a tuple",
        List<object?> => "a list",
        OrderedDictionary<string, object?> => "a dictionary",
        TorchName name => $"the name {name.Module}.{name.Name}",
        TorchStorage => "a storage",
        TorchTensor => "a tensor",
        _ => "a mark",
    };

    /// <summary>A text of the file, short and without control characters.</summary>
    public static string Shown(string text)
    {
        string line = string.Concat(text.Take(100).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
        return text.Length > 100 ? line + "…" : line;
    }

    // One operation; true at the end.
    private bool Step()
    {
        byte code = Bytes(1)[0];
        switch (code)
        {
            case (byte)'.': return true;
            case 0x80: ReadProtocol(); break;
            case 0x95: Bytes(8); break;
            case (byte)'(': Push(Mark); break;
            case (byte)')': Push(EmptyTuple); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85: Push(PopMany(1)); break;
            case 0x86: Push(PopMany(2)); break;
            case 0x87: Push(PopMany(3)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'a': Extend([Pop()]); break;
            case (byte)'e': Extend(PopToMark()); break;
            case (byte)'}': Push(new OrderedDictionary<string, object?>(StringComparer.Ordinal)); break;
            case (byte)'s': SetItems(PopMany(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case (byte)'K': Push((long)Bytes(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case 0x8a: ReadLong(); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case (byte)'X' or (byte)'T': Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;
            case 0x8c or (byte)'U': Push(Text(Bytes(1)[0])); break;
            case 0x8d: Push(Text(BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8)))); break;
            case (byte)'q': memo[Bytes(1)[0]] = Peek(); break;
            case (byte)'r': memo[BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))] = Peek(); break;
            case 0x94: memo[memo.Count] = Peek(); break;
            case (byte)'h': Recall(Bytes(1)[0]); break;
            case (byte)'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))); break;
            case (byte)'0': Pop(); break;
            case (byte)'c': Push(TorchGlobals.Name(Line(), Line(), path)); break;
            case 0x93: PushName(); break;
            case (byte)'Q': Push(TorchGlobals.Storage(Pop(), path)); break;
            case (byte)'R': Reduce(); break;
            case (byte)'b': Build(); break;
            default:
                throw Wrong("an operation that makes plain values or tensors", $"0x{code:x2}");
        }

        return false;
    }

    private void ReadProtocol()
    {
        byte protocol = Bytes(1)[0];
        if (protocol is < 2 or > 5) throw Wrong("a pickle of protocol 2 to 5", $"{protocol}");
    }

    private void ReadLong()
    {
        var number = new BigInteger(Bytes(Bytes(1)[0]));
        Push(number >= long.MinValue && number <= long.MaxValue ? (long)number : number);
    }

    private void PushName()
    {
        object?[] names = PopMany(2);
        Push(names is [string module, string name] ? TorchGlobals.Name(module, name, path) : throw Wrong("two strings for a name", KindOf(names[0])));
    }

    private void Reduce()
    {
        object?[] call = PopMany(2);
        if (call is not [TorchName function, object?[] arguments])
            throw Wrong("a name and a tuple of arguments", $"{KindOf(call[0])} and {KindOf(call[1])}");
        Push(TorchGlobals.Make(function, arguments, path));
    }

    // The state of a state dictionary is its _metadata: the versions of modules, which nothing here needs.
    private void Build()
    {
        object? state = Pop();
        if (Peek() is not OrderedDictionary<string, object?> || state is not OrderedDictionary<string, object?>)
            throw Wrong("a dictionary's state", $"{KindOf(state)} for {KindOf(Peek())}");
    }

    private void Extend(object?[] items)
    {
        if (Peek() is not List<object?> list) throw Wrong("a list to append to", KindOf(Peek()));
        list.AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (Peek() is not OrderedDictionary<string, object?> dictionary) throw Wrong("a dictionary to fill", KindOf(Peek()));
        if (items.Length % 2 != 0) throw Wrong("a value for every key", $"{items.Length} keys and values");
        for (int i = 0; i < items.Length; i += 2)
            dictionary[items[i] as string ?? throw Wrong("strings as keys", KindOf(items[i]))] = items[i + 1];
    }

    private void Recall(long key)
    {
        if (!memo.TryGetValue(key, out object? value)) throw Wrong("a value that was remembered", $"none of number {key}");
        Push(value);
    }

    private void Push(object? value)
    {
        if (++values > MaxValues) throw Wrong($"at most {MaxValues} values", "more");
        if (stack.Count == MaxDepth) throw Wrong($"at most {MaxDepth} values within each other", "more");
        stack.Add(value);
    }

    private readonly object? Peek() => stack.Count > 0 ? stack[^1] : throw Wrong("a value", "none");

    private object? Pop()
    {
        object? value = Peek();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        if (stack.Count < count) throw Wrong($"{count} values", $"{stack.Count}");
        object?[] taken = [.. stack[^count..]];
        stack.RemoveRange(stack.Count - count, count);
        return taken;
    }

    private object?[] PopToMark()
    {
        int mark = stack.LastIndexOf(Mark);
        if (mark < 0) throw Wrong("a mark", "none");
        object?[] taken = PopMany(stack.Count - mark - 1);
        Pop();
        return taken;
    }

    private ReadOnlySpan<byte> Bytes(ulong count)
    {
        if (count > (ulong)(bytes.Length - at)) throw Wrong($"{count} more bytes", $"{bytes.Length - at}; the file is truncated or no pickle of tensors");
        at += (int)count;
        return bytes.Slice(at - (int)count, (int)count);
    }

    private string Line()
    {
        int length = bytes[at..].IndexOf((byte)'\n');
        if (length < 0) throw Wrong("a name and the end of its line", "none");
        string line = Text((ulong)length);
        at++;
        return line;
    }

    private string Text(ulong length)
    {
        try
        {
            return Strict.GetString(Bytes(length));
        }
        catch (DecoderFallbackException)
        {
            throw Wrong("text in UTF-8", "other bytes");
        }
    }

    private readonly InputException Wrong(string expected, string found) => new($"{path}: pickle, before byte {at}: expected {expected}, found {found}.");
}
