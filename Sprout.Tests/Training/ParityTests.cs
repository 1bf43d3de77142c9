// Deterministic runs of the command against those of an independent PyTorch program.
namespace Sprout.Tests.Training;

public sealed class ParityTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public static TheoryData<string> Runs => [.. GoldenRun.Names];

    public void Dispose() => tiny.Dispose();

    [Theory]
    [MemberData(nameof(Runs))]
    public void Deterministic_run_agrees_with_an_independent_PyTorch_program(string name)
    {
        var golden = new GoldenRun(tiny, name);
        CommandResult result = TinyRun.Run(["train", "--output", golden.Output, .. golden.Options]);
        result.Code.Should().Be(0, result.Log);
        golden.Compare();
    }
}
