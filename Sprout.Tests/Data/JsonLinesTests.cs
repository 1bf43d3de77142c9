// JSON Lines and JSON arrays.
using Sprout.Bert.Files;
using static Sprout.Tests.Data.TemporaryFiles;

namespace Sprout.Tests.Data;

public sealed class JsonLinesTests : IDisposable
{
    private readonly TemporaryFiles files = new();

    public void Dispose() => files.Dispose();

    private JsonRow[] Read(string text) => [.. JsonLines.Read(files.Write("a.json", text))];

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":2}\r\n{\"a\":3}", 1, 2, 3)]
    [InlineData("\uFEFF{\"a\":1}\n {\"a\":2}\n{\"a\":3}\n\n", 1, 2, 3)]
    [InlineData("[{\"a\":1},\n{\"a\":2},\n\n{\"a\":3}]\n", 1, 2, 4)]
    [InlineData("\n\n [\n{\n\"a\":1},{\"a\":2},{\"a\":3}\n]", 4, 5, 5)]
    [InlineData("\uFEFF[{\"a\":1},{\"a\":2},{\"a\":3}]", 1, 1, 1)]
    public void Both_forms_give_objects_and_lines(string text, params int[] lines)
    {
        JsonRow[] rows = Read(text);
        rows.Select(row => row.Value.GetProperty("a").GetInt32()).Should().Equal(1, 2, 3);
        rows.Select(row => row.Line).Should().Equal(lines);
    }

    [Theory]
    [InlineData("{\"a\":1}\n{\"a\":", 2)]
    [InlineData("{\"a\":1}\n3\n", 2)]
    [InlineData("{\"a\":1}\n\n{\"a\":1}\n", 2)]
    [InlineData("{\"a\":1} {\"a\":2}\n", 1)]
    [InlineData("{\n\"a\":1}\n", 1)]
    [InlineData("[{\"a\":1},\n{\"a\":2}", 2)]
    [InlineData("[{\"a\":1},\n{\"a\":\"x", 2)]
    [InlineData("[{\"a\":1},\n7]", 2)]
    [InlineData("[{\"a\":1}\n]\nmore", 3)]
    [InlineData("[\n[1]]", 2)]
    public void Broken_files_are_named_by_line(string text, int line) => ShouldFail(() => Read(text), $"a.json, line {line}");

    [Fact]
    public void Bytes_that_are_not_utf8_are_named_by_line()
    {
        byte[] bad = [.. "{\"a\":\"x\"}\n{\"a\":\""u8, 0xFF, .. "\"}\n"u8];
        ShouldFail(() => JsonLines.Read(files.Write("b.jsonl", bad)).ToList(), "b.jsonl, line 2", "UTF-8");
        ShouldFail(() => JsonLines.Read(files.Write("b.json", [.. "["u8, .. bad, .. "]"u8])).ToList(), "b.json, line 2", "UTF-8");
    }

    [Fact]
    public void Deep_nesting_is_an_input_error() =>
        ShouldFail(() => Read(new string('[', 100_000)), "a.json, line 1");

    [Fact]
    public void Nothing_gives_nothing()
    {
        Read("").Should().BeEmpty();
        Read("[]").Should().BeEmpty();
        ShouldFail(() => JsonLines.Read(files.Folder).ToList(), "a folder");
    }
}
