// Some seconds of the fuzzer in every test run.
using Sprout.Fuzz;
using Sprout.Fuzz.Kinds;

namespace Sprout.Tests;

public sealed class FuzzTests
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(1.5);

    public static TheoryData<string> Kinds => [.. InputKinds.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Damaged_files_are_read_or_refused_in_a_sentence(string name)
    {
        InputKind kind = InputKinds.All.Single(kind => kind.Name == name);
        string kept = Path.Combine(Path.GetTempPath(), "sprout-fuzz-failures");
        using var fuzzer = new Fuzzer(seed: 1, kept, hang => Environment.FailFast($"{hang}"));
        Tally tally = fuzzer.Run(kind, Time);
        tally.Failures.Should().BeEmpty();
        tally.Refused.Should().BePositive();
        (tally.Accepted + tally.Refused).Should().BeGreaterThan(20);
    }

    [Fact]
    public void A_reader_that_does_what_none_may_is_found()
    {
        string kept = Directory.CreateTempSubdirectory("sprout-fuzz-").FullName;
        using (var fuzzer = new Fuzzer(seed: 1, kept, _ => { }))
        {
            Action<string, byte[]>[] readers =
            [
                (_, bytes) => GC.KeepAlive(bytes[1000]),
                (_, _) => GC.KeepAlive(new byte[100 << 20]),
                (_, _) => WrongResultException.Require(false, "wrong"),
            ];
            foreach (Action<string, byte[]> read in readers)
            {
                var kind = new InputKind($"reader {Array.IndexOf(readers, read)}", "file", ["{\"a\": 1}"u8.ToArray()], read);
                fuzzer.Run(kind, TimeSpan.FromMilliseconds(50)).Failures.Should().ContainSingle();
            }
        }

        Directory.GetDirectories(kept).Should().HaveCount(3);
        Directory.Delete(kept, recursive: true);
    }
}
