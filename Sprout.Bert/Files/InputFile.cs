// Opens files that users give; everything that can go wrong on the way becomes one sentence that names the file.
using System.Text;
using System.Text.Unicode;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Files;

/// <summary>Opens data files, which may be pipes, and reads small files, which are regular ones of a bounded size.</summary>
internal static class InputFile
{
    private const int LongestQuote = 60;

    /// <summary>Bytes of the largest small file: tokenizers of half a million tokens have a quarter of it.</summary>
    private const int MostOfSmall = 1 << 26;

    /// <summary>Opens a data file: a regular file, or a pipe, which is read once and as it comes.</summary>
    /// <exception cref="InputException">It cannot be read, or is a folder or a device.</exception>
    public static FileStream Open(string path)
    {
        if (FileKind.Of(path) is string kind and not (FileKind.Pipe or FileKind.Socket)) throw new InputException($"{path}: expected a file, found {kind}.");
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

    /// <summary>Checks that a data file can be read more than once.</summary>
    /// <exception cref="InputException">It is a pipe.</exception>
    public static void RequireSeveralReads(string path)
    {
        if (FileKind.Of(path) is FileKind.Pipe or FileKind.Socket)
            throw new InputException($"{path}: expected a regular file, because it is read more than once, found a pipe.");
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

    /// <summary>The whole of a small file as UTF-8 without a byte-order mark, checked.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <exception cref="InputException">It cannot be read, is no regular file, is larger, or is not UTF-8.</exception>
    public static ReadOnlyMemory<byte> ReadSmall(string path, int most = MostOfSmall)
    {
        // As one sentence with those of data files.
        if (!Path.Exists(path)) throw new InputException($"{path}: expected a file, found none.");
        return Checked(FileBytes.ReadText(path, most), path);
    }

    /// <summary>The bytes of a small file that lies in another one, checked to be UTF-8.</summary>
    /// <exception cref="InputException">They are not.</exception>
    public static ReadOnlyMemory<byte> Inner(byte[] bytes, string name) => Checked(bytes, name);

    /// <summary>The whole rest of a data file as UTF-8 without a byte-order mark, checked.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="begun">What has been read of it already.</param>
    public static ReadOnlyMemory<byte> ReadUtf8(FileStream stream, string path, ReadOnlySpan<byte> begun = default)
    {
        // The length of a file is known, and one byte more notices that it grows; that of a pipe is not.
        long expected = begun.Length + 1 + (stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) : 1 << 16);
        if (expected > Array.MaxLength) throw TooLarge(path);
        byte[] bytes = new byte[expected];
        begun.CopyTo(bytes);
        int length = begun.Length;
        for (int read; (read = Read(stream, bytes.AsSpan(length), path)) > 0;)
        {
            length += read;
            if (length < bytes.Length) continue;
            if (length == Array.MaxLength) throw TooLarge(path);
            Array.Resize(ref bytes, (int)Math.Min(2L * length, Array.MaxLength));
        }

        ReadOnlyMemory<byte> all = bytes.AsMemory(0, length);
        return Checked(all.Span.StartsWith(FileBytes.ByteOrderMark) ? all[FileBytes.ByteOrderMark.Length..] : all, path);
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

    private static InputException TooLarge(string path) => new($"{path}: expected at most {Array.MaxLength} bytes, found more.");

    private static ReadOnlyMemory<byte> Checked(ReadOnlyMemory<byte> text, string path) =>
        Utf8.IsValid(text.Span) ? text : throw NotUtf8(path, FirstBadLine(text.Span));

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
