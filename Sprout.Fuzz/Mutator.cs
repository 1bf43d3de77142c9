// Damages files.
using System.Buffers.Binary;
using System.Text;
using Sprout.Tensors.Random;

namespace Sprout.Fuzz;

/// <summary>Makes damaged files of valid ones; the same random numbers make the same damage.</summary>
internal sealed class Mutator(RandomStream random)
{
    private const int MostMutations = 4, LongestPart = 40, MostRepeats = 60;

    /// <summary>Makes a damaged file of one of a kind's seeds.</summary>
    public byte[] Mutate(InputKind kind)
    {
        byte[] bytes = Pick(kind.Seeds);
        for (int left = 1 + random.NextInt(MostMutations); left > 0; left--) bytes = Once(kind, bytes);
        return bytes;
    }

    private byte[] Once(InputKind kind, byte[] bytes)
    {
        switch (random.NextInt(16))
        {
            case 0: return Changed(bytes, at => (byte)(bytes[at] ^ (1 << random.NextInt(8))));
            case 1: return Changed(bytes, _ => (byte)random.NextUInt());
            case 2: return Changed(bytes, _ => Pick("\0\"'{}[],:\\\n\r\t 0123456789-+.eE\u007f\u0080\u00ff"u8.ToArray()));
            case 3: return bytes[..Place(bytes)];
            case 4: return Replaced(bytes, Part(bytes), []);
            case 5: return Repeated(bytes);
            case 6: return [.. bytes[..Place(bytes)], .. Pick(kind.Seeds) is var other ? other[Place(other)..] : []];
            case 7: return Replaced(bytes, Part(bytes), Pick(kind.Seeds) is var donor ? donor[Part(donor)] : []);
            case 8: return Inserted(bytes, kind);
            case 9: return NumberReplaced(bytes);
            case 10: return IntegerWritten(bytes);
            case 11: return LinesChanged(bytes);
            default: return InJson(kind, bytes);
        }
    }

    private byte[] InJson(InputKind kind, byte[] bytes)
    {
        int start = kind.HasLengthBeforeJson ? sizeof(long) : 0;
        if (bytes.Length <= start) return IntegerWritten(bytes);
        int length = kind.HasLengthBeforeJson ? (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(bytes), 0, bytes.Length - start) : bytes.Length;
        JsonParts parts = JsonParts.Of(bytes.AsSpan(start, length));
        if (parts.Values.Count == 0) return NumberReplaced(bytes);
        byte[] changed = Structured(bytes[start..(start + length)], parts);
        if (!kind.HasLengthBeforeJson) return changed;
        byte[] prefix = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, changed.Length);
        return [.. prefix, .. changed, .. bytes[(start + length)..]];
    }

    private byte[] Structured(byte[] json, JsonParts parts)
    {
        Range value = Pick(parts.Values);
        switch (random.NextInt(9))
        {
            case 0: return Replaced(json, value, Encoding.UTF8.GetBytes(Pick(NastyWords.Values)));
            case 1: return Replaced(json, value, Encoding.UTF8.GetBytes(Pick(NastyWords.Numbers)));
            case 2: return Replaced(json, value, json[Pick(parts.Values)]);
            case 3: return Replaced(json, value, [.. "["u8, .. json[value], .. "]"u8]);
            case 4: return Replaced(json, value, [.. "[".Repeat(MostRepeats + random.NextInt(20)), .. json[value], .. "]".Repeat(MostRepeats)]);
            case 5: return Replaced(json, value, [.. "{\"a\":"u8, .. json[value], .. "}"u8]);
            case 6 when parts.Members.Count > 0:
                Range lost = Pick(parts.Members);
                int end = lost.End.Value;
                return Replaced(json, lost.Start..(end < json.Length && json[end] == ',' ? end + 1 : end), []);
            case 7 when parts.Members.Count > 0:
                Range twice = Pick(parts.Members);
                return Replaced(json, twice, [.. json[twice], .. ","u8, .. json[Pick(parts.Members)]]);
            case 8 when parts.Members.Count > 0:
                return Replaced(json, Pick(parts.Members), json[Pick(parts.Members)]);
            default: return Replaced(json, value, Encoding.UTF8.GetBytes($"\"{Pick(NastyWords.Texts)}\""));
        }
    }

    private byte[] Changed(byte[] bytes, Func<int, byte> change)
    {
        if (bytes.Length == 0) return bytes;
        byte[] copy = [.. bytes];
        int at = random.NextInt(bytes.Length);
        copy[at] = change(at);
        return copy;
    }

    private byte[] Repeated(byte[] bytes)
    {
        Range part = Part(bytes);
        int times = 1 + random.NextInt(MostRepeats);
        return [.. bytes[..part.Start], .. Enumerable.Repeat(bytes[part], times).SelectMany(copy => copy), .. bytes[part.Start..]];
    }

    private byte[] Inserted(byte[] bytes, InputKind kind)
    {
        string word = kind.Words.Count > 0 && random.NextInt(2) == 0 ? Pick(kind.Words) : Pick(NastyWords.Texts);
        int at = Place(bytes);
        return Replaced(bytes, at..at, Encoding.UTF8.GetBytes(word));
    }

    private byte[] NumberReplaced(byte[] bytes)
    {
        int start = Place(bytes), end;
        while (start < bytes.Length && !char.IsAsciiDigit((char)bytes[start])) start++;
        for (end = start; end < bytes.Length && (char.IsAsciiDigit((char)bytes[end]) || bytes[end] == '.');) end++;
        return Replaced(bytes, start..end, Encoding.UTF8.GetBytes(Pick(NastyWords.Numbers)));
    }

    private byte[] IntegerWritten(byte[] bytes)
    {
        int size = 1 << random.NextInt(4);
        if (bytes.Length < size) return bytes;
        byte[] copy = [.. bytes], value = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(value, Pick(NastyWords.Integers));
        value.AsSpan(0, size).CopyTo(copy.AsSpan(random.NextInt(bytes.Length - size + 1)));
        return copy;
    }

    private byte[] LinesChanged(byte[] bytes)
    {
        List<byte[]> lines = [];
        foreach (Range line in bytes.AsSpan().Split((byte)'\n')) lines.Add(bytes[line]);
        int at = random.NextInt(lines.Count), other = random.NextInt(lines.Count);
        switch (random.NextInt(3))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(at, lines[other]); break;
            default: (lines[at], lines[other]) = (lines[other], lines[at]); break;
        }

        return [.. lines.SelectMany((line, i) => i == 0 ? line : [(byte)'\n', .. line])];
    }

    private static byte[] Replaced(byte[] bytes, Range part, byte[] by) => [.. bytes[..part.Start], .. by, .. bytes[part.End..]];

    private Range Part(byte[] bytes)
    {
        int start = Place(bytes);
        return start..(start + random.NextInt(Math.Min(LongestPart, bytes.Length - start) + 1));
    }

    private int Place(byte[] bytes) => random.NextInt(bytes.Length + 1);

    private T Pick<T>(IReadOnlyList<T> items) => items[random.NextInt(items.Count)];
}

internal static class Repetition
{
    /// <summary>A text so many times, as bytes.</summary>
    public static byte[] Repeat(this string text, int times) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(text, times)));
}
