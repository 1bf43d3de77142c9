// Event files read back record by record, and the checksum against published values.
using System.Text;
using Google.Protobuf;
using Sprout.Export.TensorBoard;
using Sprout.Tensors;

namespace Sprout.Tests.Export;

public sealed class TensorBoardLogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<byte[], uint> Vectors => new()
    {
        // RFC 3720, appendix B.4, and the catalogue's check value.
        { Encoding.ASCII.GetBytes("123456789"), 0xE3069283 },
        { new byte[32], 0x8A9136AA },
        { [.. Enumerable.Repeat((byte)0xFF, 32)], 0x62A8AB43 },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], 0x46DD794E },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))], 0x113FDB5C },
        { [], 0 },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Checksums_match_the_published_ones(byte[] bytes, uint expected) => Crc32C.Compute(bytes).Should().Be(expected);

    [Fact]
    public void Records_read_back_with_their_checksums()
    {
        var clock = new FixedClock(1_700_000_000_250);
        string path;
        using (var writer = new TensorBoardLog(folder.File("logs"), clock))
        {
            path = writer.FilePath;
            writer.AddScalar("train/loss", 0.5, 1);
            writer.AddScalar("eval/größe", double.NaN, 1L << 40);
        }

        Path.GetFileName(path).Should().MatchRegex(@"^events\.out\.tfevents\.1700000000\.[A-Za-z0-9_-]+$");
        List<Event> events = ReadEvents(path);
        events.Should().HaveCount(3);
        events[0].Version.Should().Be("brain.Event:2");
        events[1].Should().Be(new Event(1_700_000_000.25, 1, null, "train/loss", 0.5f));
        events[2].Tag.Should().Be("eval/größe");
        events[2].Step.Should().Be(1L << 40);
        events[2].Value.Should().Be(float.NaN);
    }

    [Fact]
    public void A_resumed_run_adds_a_file_even_within_a_second()
    {
        var clock = new FixedClock(5_000);
        for (int run = 0; run < 3; run++)
        {
            using var writer = new TensorBoardLog(folder.Path, clock);
            writer.AddScalar("loss", run, run);
        }

        string[] files = Directory.GetFiles(folder.Path);
        files.Should().HaveCount(3);
        files.SelectMany(ReadEvents).Where(e => e.Tag == "loss").Select(e => e.Value).Should().BeEquivalentTo(new[] { 0f, 1f, 2f });
    }

    [Fact]
    public void Points_are_in_the_file_before_it_is_closed()
    {
        using var writer = new TensorBoardLog(folder.Path);
        writer.AddScalar("loss", 1, 1);
        ReadEvents(writer.FilePath).Should().HaveCount(2);
    }

    [Fact]
    public void A_folder_that_is_a_file_is_an_input_error()
    {
        File.WriteAllText(folder.File("taken"), "");
        FluentActions.Invoking(() => new TensorBoardLog(folder.File("taken"))).Should().Throw<InputException>().WithMessage("*taken*");
    }

    private static List<Event> ReadEvents(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new BinaryReader(stream);
        var events = new List<Event>();
        while (stream.Position < stream.Length)
        {
            byte[] length = reader.ReadBytes(8);
            reader.ReadUInt32().Should().Be(Crc32C.Masked(length));
            byte[] payload = reader.ReadBytes((int)BitConverter.ToUInt64(length));
            reader.ReadUInt32().Should().Be(Crc32C.Masked(payload));
            events.Add(Decode(payload));
        }

        return events;
    }

    private static Event Decode(byte[] payload)
    {
        var result = new Event(0, 0, null, null, null);
        var input = new CodedInputStream(payload);
        while (input.ReadTag() is var tag and not 0)
        {
            result = WireFormat.GetTagFieldNumber(tag) switch
            {
                1 => result with { WallTime = input.ReadDouble() },
                2 => result with { Step = input.ReadInt64() },
                3 => result with { Version = input.ReadString() },
                5 => DecodeSummary(input.ReadBytes(), result),
                _ => throw new InvalidDataException($"field {tag >> 3}"),
            };
        }

        return result;
    }

    private static Event DecodeSummary(ByteString summary, Event result)
    {
        CodedInputStream outer = summary.CreateCodedInput();
        (outer.ReadTag() >> 3).Should().Be(1);
        CodedInputStream value = outer.ReadBytes().CreateCodedInput();
        (value.ReadTag() >> 3).Should().Be(1);
        result = result with { Tag = value.ReadString() };
        (value.ReadTag() >> 3).Should().Be(2);
        return result with { Value = value.ReadFloat() };
    }

    private sealed record Event(double WallTime, long Step, string? Version, string? Tag, float? Value);

    private sealed class FixedClock(long milliseconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
