// The suite notices what it is there to notice.
using System.Runtime.InteropServices;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Conformance;

public sealed class HarnessTests
{
    private static readonly float[] One = [1f];

    [Fact]
    public void A_value_that_differs_is_reported_with_its_place() =>
        FaultsOf((run, faulty) => run.Backend.Fill(run.Destination("y", Tolerance.Formula, 3), faulty ? 2f : 1f))
            .Should().Equal("Kernel case: y[0] expected 1, found 2 (3 of 3 differ)");

    [Fact]
    public void A_value_that_was_not_written_is_reported() =>
        FaultsOf((run, faulty) =>
        {
            Tensor y = run.Destination("y", Tolerance.Formula, 3);
            run.Backend.Fill(faulty ? y.Slice(0, new Shape(2)) : y, 1f);
        }).Should().Equal("Kernel case: y[2] expected 1, found NaN (1 of 3 differ)");

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void A_value_beside_the_destination_is_reported(int place) =>
        FaultsOf((run, faulty) =>
        {
            Tensor y = run.Destination("y", Tolerance.Formula, 3);
            run.Backend.Fill(y, 1f);
            if (faulty) Write(y, place);
        }).Should().Equal("Kernel case: wrote outside of y [3]");

    [Fact]
    public void A_source_that_changes_is_reported() =>
        FaultsOf((run, faulty) =>
        {
            Tensor x = run.Source(3);
            if (faulty) Write(x, 1);
        }).Should().Equal("Kernel case: wrote to a source [3]");

    [Fact]
    public void Bits_behind_the_destination_and_unused_bits_are_reported() =>
        FaultsOf((run, faulty) =>
        {
            IntTensor bits = run.BitDestination("bits", 33);
            int[] words = faulty ? [0, -1, 0] : [0, 1];
            run.Backend.Upload(MemoryMarshal.AsBytes<int>(words), bits.Buffer, 0);
        }).Should().Equal("Kernel case: wrote behind bits [2]", "Kernel case: bits[1] expected 1, found -1 (1 of 2 differ)");

    // The expected outcome is that of the first call, without the fault.
    private static IEnumerable<string> FaultsOf(Action<KernelRun, bool> call)
    {
        bool faulty = false;
        var test = new KernelCase("Kernel", "case", run => call(run, faulty));
        using var backend = new ReferenceBackend();
        test.Faults(backend).Should().BeEmpty();
        faulty = true;
        return test.Faults(backend);
    }

    private static void Write(Tensor x, int place) =>
        x.Backend.Upload(MemoryMarshal.AsBytes<float>(One), x.Buffer, (x.Offset + place) * sizeof(float));
}
