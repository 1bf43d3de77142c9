// Lines of a UTF-8 file, streamed, with their numbers.
using System.Text;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Files;

/// <summary>Reads text line by line. A line has at most 64 MiB: more than any text, and what has no line ends does not fill the memory.</summary>
public static class Utf8Lines
{
    private const int LongestLine = 1 << 26;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The lines of a data file, numbered from 1, cut at LF; a CR before it is left to the caller, who knows whether it is text. A byte-order mark
    /// is dropped, and there is no line after a final LF.
    /// </summary>
    /// <exception cref="InputException">It cannot be read, is a folder or a device, is not UTF-8, or a line is too long; the line is named.</exception>
    public static IEnumerable<(int Number, string Text)> Read(string path)
    {
        using FileStream stream = InputFile.Open(path);
        foreach ((int, string) line in Read(stream, path, default)) yield return line;
    }

    /// <summary>The lines of a stream as they come, as those of a file.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="InputException">It cannot be read, is not UTF-8, or a line is too long; the line is named.</exception>
    public static IEnumerable<(int Number, string Text)> Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return Read(stream, name, default);
    }

    /// <summary>The lines of a small file.</summary>
    internal static IEnumerable<(int Number, string Text)> ReadSmall(string path) => Read(Stream.Null, path, InputFile.ReadSmall(path));

    /// <summary>The lines of an open file.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="begun">What has been read of it already.</param>
    internal static IEnumerable<(int Number, string Text)> Read(Stream stream, string path, ReadOnlyMemory<byte> begun)
    {
        byte[] buffer = new byte[Math.Max(1 << 16, begun.Length)];
        begun.CopyTo(buffer);
        int start = 0, end = begun.Length, scanned = 0, number = 0;
        while (true)
        {
            int found = buffer.AsSpan(scanned, end - scanned).IndexOf((byte)'\n');
            if (found >= 0)
            {
                int stop = scanned + found;
                yield return (++number, Decode(buffer.AsSpan(start, stop - start), number, path));
                start = scanned = stop + 1;
                continue;
            }

            scanned = end;
            if (end == buffer.Length)
            {
                if (end - start >= LongestLine)
                    throw InputFile.Bad(path, number + 1, $"at most {LongestLine} bytes", "a longer line");
                byte[] target = end - start > buffer.Length / 2 ? new byte[buffer.Length * 2] : buffer;
                buffer.AsSpan(start, end - start).CopyTo(target);
                (buffer, scanned, end, start) = (target, end - start, end - start, 0);
            }

            int read = InputFile.Read(stream, buffer.AsSpan(end), path);
            if (read == 0) break;
            end += read;
        }

        if (end > start) yield return (++number, Decode(buffer.AsSpan(start, end - start), number, path));
    }

    private static string Decode(ReadOnlySpan<byte> line, int number, string path)
    {
        if (number == 1 && line.StartsWith(FileBytes.ByteOrderMark)) line = line[FileBytes.ByteOrderMark.Length..];
        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            throw InputFile.NotUtf8(path, number);
        }
    }
}
