// CSV and TSV: quoting, line ends, encodings, broken files.
using System.Text;
using Sprout.Bert.Files;
using static Sprout.Tests.Data.TemporaryFiles;

namespace Sprout.Tests.Data;

public sealed class DelimitedTests : IDisposable
{
    private readonly TemporaryFiles files = new();

    public void Dispose() => files.Dispose();

    private DelimitedRow[] Csv(string text) => [.. Delimited.ReadCsv(files.Write("a.csv", text))];

    private DelimitedRow[] Tsv(string text) => [.. Delimited.ReadTsv(files.Write("a.tsv", text))];

    [Theory]
    [InlineData("a,b\n", "a|b")]
    [InlineData("a,b", "a|b")]
    [InlineData("a,b\r\n\r\n\n", "a|b")]
    [InlineData(",\n", "|")]
    [InlineData("\"a,b\",c\n", "a,b|c")]
    [InlineData("\"say \"\"hi\"\"\",\"\"\n", "say \"hi\"|")]
    [InlineData("\"\"\"\"\n", "\"")]
    [InlineData("a,\"b\"\r\n", "a|b")]
    [InlineData("5\" disk,\"x\"", "5\" disk|x")]
    [InlineData("\"one\ntwo\",z\n", "one\ntwo|z")]
    [InlineData("\"one\r\n\r\ntwo\",z\r\n", "one\r\n\r\ntwo|z")]
    [InlineData("\"\n\"", "\n")]
    [InlineData("\" a \", b \n", " a | b ")]
    [InlineData("\uFEFF\"a\",b\n", "a|b")]
    [InlineData("a\rb,c\n", "a\rb|c")]
    public void Csv_follows_rfc_4180(string text, string expected)
    {
        DelimitedRow row = Csv(text).Should().ContainSingle().Subject;
        string.Join('|', row.Fields).Should().Be(expected);
        row.Line.Should().Be(1);
    }

    [Fact]
    public void Csv_rows_carry_the_line_they_start_on()
    {
        Csv("h,i\n\"a\nb\nc\",1\n\"d\",2\n").Select(row => row.Line).Should().Equal(1, 2, 5);
    }

    [Fact]
    public void Broken_csv_names_file_and_line()
    {
        ShouldFail(() => Csv("a,b\nc,\"d\ne,f\n"), "a.csv, line 2", "closing quote", "end of the file");
        ShouldFail(() => Csv("\"a\" b,c\n"), "a.csv, line 1", "\" b,c\"");
        ShouldFail(() => Csv("a,b\n\nc,d\n"), "a.csv, line 2", "an empty line");
        ShouldFail(() => Csv("\"a\nb\"\"\"x\n"), "a.csv, line 2");
    }

    [Theory]
    [InlineData("a\t\"b\n", "a|\"b")]
    [InlineData("\"a\tb\"\r\n", "\"a|b\"")]
    [InlineData("\uFEFFx\ty", "x|y")]
    [InlineData("\t\n\n\n", "|")]
    [InlineData("a b \u2028 \u0085\tc", "a b \u2028 \u0085|c")]
    [InlineData("a\0\tb", "a\0|b")]
    public void Tsv_takes_quotes_as_text(string text, string expected)
    {
        string.Join('|', Tsv(text).Should().ContainSingle().Subject.Fields).Should().Be(expected);
    }

    [Fact]
    public void An_empty_line_is_an_error_only_between_rows()
    {
        ShouldFail(() => Tsv("a\tb\n\n\nc\td\n"), "a.tsv, line 2", "an empty line");
        Tsv("").Should().BeEmpty();
        Tsv("\uFEFF").Should().BeEmpty();
        Csv("\n\r\n").Should().BeEmpty();
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_named_by_line()
    {
        string path = files.Write("latin.tsv", [.. "good\nna"u8, 0xEF, .. "ve\n"u8]);
        ShouldFail(() => Delimited.ReadTsv(path).ToList(), "latin.tsv, line 2", "UTF-8");
        string utf16 = files.Write("utf16.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("a,b\n")]);
        ShouldFail(() => Delimited.ReadCsv(utf16).ToList(), "utf16.csv, line 1", "UTF-8");
        ShouldFail(() => Delimited.ReadTsv(files.Write("cut.tsv", [.. "a\n"u8, 0xC3])).ToList(), "cut.tsv, line 2");
    }

    [Fact]
    public void What_is_no_file_is_named()
    {
        ShouldFail(() => Delimited.ReadTsv(files.Folder).ToList(), files.Folder, "a folder");
        ShouldFail(() => Delimited.ReadCsv(Path.Combine(files.Folder, "none.csv")).ToList(), "none.csv", "found none");
        ShouldFail(() => Delimited.ReadCsv(Path.Combine(files.Folder, "no", "none.csv")).ToList(), "none.csv", "found none");
    }

    [Theory]
    [InlineData(65_534)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public void Lines_longer_than_the_buffer_survive(int length)
    {
        string longText = new('ü', length);
        DelimitedRow[] rows = Tsv($"a\t{longText}\n{longText}\tb\r\nc\td");
        rows.Select(row => row.Line).Should().Equal(1, 2, 3);
        rows[0].Fields[1].Should().Be(longText);
        rows[1].Fields.Should().Equal(longText, "b");
        rows[2].Fields.Should().Equal("c", "d");
    }

    [Fact]
    public void A_quoted_field_over_many_lines_takes_linear_time()
    {
        string text = string.Concat(Enumerable.Repeat("word\n", 500_000));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Csv($"\"{text}\",x\n")[0].Fields[0].Should().Be(text);
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }
}
