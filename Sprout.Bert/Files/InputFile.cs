// Opens data files; everything that can go wrong on the way becomes one sentence that names the file.
using System.Text;
using System.Text.Unicode;
using Sprout.Tensors;

namespace Sprout.Bert.Files;

internal static class InputFile
{
    private const int LongestQuote = 60;

    public static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static FileStream Open(string path)
    {
        if (Directory.Exists(path)) throw new InputException($"{path}: expected a file, found a folder.");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: expected a file, found none.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    public static int Read(Stream stream, Span<byte> buffer, string path)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (IOException e)
        {
            throw new InputException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The whole file as UTF-8 without a byte-order mark, checked.</summary>
    public static ReadOnlyMemory<byte> ReadUtf8(string path)
    {
        using FileStream stream = Open(path);
        var bytes = new MemoryStream();
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = Read(stream, buffer, path)) > 0;)
        {
            // A growing file or a device must not end in an exception of the buffer.
            if (bytes.Length + read > Array.MaxLength) throw new InputException($"{path}: expected at most {Array.MaxLength} bytes, found more.");
            bytes.Write(buffer, 0, read);
        }

        ReadOnlyMemory<byte> all = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        if (all.Span.StartsWith(ByteOrderMark)) all = all[ByteOrderMark.Length..];
        if (!Utf8.IsValid(all.Span)) throw NotUtf8(path, FirstBadLine(all.Span));
        return all;
    }

    public static InputException NotUtf8(string path, int line) => Bad(path, line, "UTF-8 text", "bytes that are not");

    public static InputException Bad(string path, int line, string expected, string found) =>
        new($"{path}, line {line}: expected {expected}, found {found}.");

    /// <summary>A value as it may stand in a one-line message: quoted, without control characters, cut when long.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value.Length > LongestQuote ? value.AsSpan(0, LongestQuote) : value) text.Append(char.IsControl(c) ? ' ' : c);
        return text.Append(value.Length > LongestQuote ? "…\"" : "\"").ToString();
    }

    public static string QuoteAll(IEnumerable<string> values)
    {
        const int most = 12;
        string[] all = [.. values];
        if (all.Length == 0) return "none";
        string shown = string.Join(", ", all.Take(most).Select(Quote));
        return all.Length > most ? $"{shown} and {all.Length - most} more" : shown;
    }

    private static int FirstBadLine(ReadOnlySpan<byte> bytes)
    {
        int line = 1;
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(bytes[range])) return line;
            line++;
        }

        return line;
    }
}
