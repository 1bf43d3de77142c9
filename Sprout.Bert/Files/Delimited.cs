// Readers of CSV and TSV files.
using System.Text;
using Sprout.Tensors;

namespace Sprout.Bert.Files;

/// <summary>
/// Reads delimited text row by row. Both forms are UTF-8, with or without a byte-order mark, with LF or CRLF; empty lines at the
/// end are ignored, any other empty line is an error.
/// </summary>
public static class Delimited
{
    /// <summary>
    /// Comma-separated values as RFC 4180 has them: a quoted field may hold commas, doubled quotes and line breaks. A quote inside
    /// an unquoted field is text.
    /// </summary>
    /// <exception cref="InputException">
    /// No such file, not UTF-8, an empty line, a quote that is never closed, or text after a closing quote; file and line are named.
    /// </exception>
    public static IEnumerable<DelimitedRow> ReadCsv(string path)
    {
        var fields = new List<string>();
        var open = new StringBuilder();
        bool quoted = false;
        int first = 0, blank = 0, opened = 0;
        foreach ((int number, string line) in Utf8Lines.Read(path))
        {
            if (!quoted)
            {
                if (IsBlank(line, number, path, ref blank)) continue;
                first = number;
            }

            quoted = ParseCsvLine(line, number, path, quoted, open, fields, ref opened);
            if (quoted) continue;
            yield return new DelimitedRow(first, [.. fields]);
            fields.Clear();
        }

        if (quoted) throw InputFile.Bad(path, opened, "a closing quote for the field that starts here", "the end of the file");
    }

    /// <summary>
    /// Tab-separated values without any quoting, as the GLUE files are: a quote is text like any other character, and a field holds
    /// neither tabs nor line breaks.
    /// </summary>
    /// <exception cref="InputException">No such file, not UTF-8, or an empty line; file and line are named.</exception>
    public static IEnumerable<DelimitedRow> ReadTsv(string path)
    {
        int blank = 0;
        foreach ((int number, string line) in Utf8Lines.Read(path))
        {
            if (!IsBlank(line, number, path, ref blank)) yield return new DelimitedRow(number, TrimReturn(line).Split('\t'));
        }
    }

    internal static string TrimReturn(string line) => line.EndsWith('\r') ? line[..^1] : line;

    /// <summary>Whether a line is empty; an empty line is forgiven only while nothing follows it.</summary>
    internal static bool IsBlank(string line, int number, string path, ref int blank)
    {
        if (line.Length == 0 || line == "\r")
        {
            if (blank == 0) blank = number;
            return true;
        }

        return blank == 0 ? false : throw InputFile.Bad(path, blank, "a row", "an empty line");
    }

    /// <summary>Parses one line into <paramref name="fields"/>; true when it ends inside a quoted field, kept in <paramref name="open"/>.</summary>
    private static bool ParseCsvLine(string line, int number, string path, bool quoted, StringBuilder open, List<string> fields, ref int opened)
    {
        int at = 0;
        while (true)
        {
            if (!quoted && at < line.Length && line[at] == '"')
            {
                (quoted, opened) = (true, number);
                at++;
            }

            if (!quoted)
            {
                int comma = line.IndexOf(',', at);
                fields.Add(comma < 0 ? TrimReturn(line[at..]) : line[at..comma]);
                if (comma < 0) return false;
                at = comma + 1;
                continue;
            }

            int quote = line.IndexOf('"', at);
            if (quote < 0)
            {
                open.Append(line, at, line.Length - at).Append('\n');
                return true;
            }

            open.Append(line, at, quote - at);
            at = quote + 1;
            if (at < line.Length && line[at] == '"')
            {
                open.Append('"');
                at++;
                continue;
            }

            fields.Add(open.ToString());
            open.Clear();
            quoted = false;
            if (at == line.Length || (at == line.Length - 1 && line[at] == '\r')) return false;
            if (line[at] != ',')
                throw InputFile.Bad(path, number, "a comma or the end of the row after a closing quote", InputFile.Quote(line[at..]));
            at++;
        }
    }
}
