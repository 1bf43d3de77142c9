// The emulation notices what it is there to notice.
using ILGPU;
using ILGPU.Runtime;
using Sprout.Tensors;
using Sprout.Tensors.Ilgpu;

namespace Sprout.Tests.Emulation;

public sealed class EmulationTests
{
    private const int Threads = 8;

    [Fact]
    public void Threads_of_a_group_meet_at_a_barrier_in_every_order()
    {
        foreach (int order in new[] { 1, 2, 3 }) Run(FaultyKernels.Reverse, order).Should().Equal(7, 6, 5, 4, 3, 2, 1, 0);
    }

    [Fact]
    public void A_missing_barrier_changes_the_result_with_the_order_of_the_threads() =>
        Run(FaultyKernels.ReverseTooEarly, 1).Should().NotEqual(Run(FaultyKernels.ReverseTooEarly, 2));

    [Fact]
    public void A_barrier_that_some_threads_do_not_reach_is_an_error() =>
        ((Action)(() => Run(FaultyKernels.LeaveBeforeBarrier, 1))).Should().Throw<InvalidOperationException>().WithMessage(
            "4 of 8 threads reached a barrier, the others ended.");

    [Fact]
    public void Reading_outside_of_a_view_is_an_error() =>
        ((Action)(() => Run(FaultyKernels.ReadBehind, 1))).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Element 8 of a view of 8 Int32.*");

    [Fact]
    public void More_elements_than_kernels_count_are_an_error()
    {
        IlgpuBackend.CountOf(2_000_000_000).Should().Be(2_000_000_000);
        Action tooMany = () => IlgpuBackend.CountOf(1L << 32);
        tooMany.Should().Throw<NotSupportedException>().WithMessage("A GPU kernel counts at most 2,000,000,000 elements, found 4,294,967,296.");
    }

    [Fact]
    public void A_device_that_computes_wrongly_is_refused_with_the_reason()
    {
        using IlgpuBackend right = SelfTest.Checked(new IlgpuBackend(new Accelerator(laneOrder: 1), "cuda:0"), "cuda:0");
        right.LiveBytes.Should().Be(0);
        Action open = () => SelfTest.Checked(new IlgpuBackend(new Accelerator(laneOrder: 1) { IsBroken = true }, "cuda:0"), "cuda:0");
        open.Should().Throw<OptionException>().WithMessage("Device: cuda:0 fails its self-test: TopV gave *where 1234 was expected*");
    }

    [Fact]
    public void Peaks_are_measured()
    {
        using var backend = new IlgpuBackend(new Accelerator(laneOrder: 1), "emulated");
        DevicePeak peak = backend.MeasurePeak();
        peak.MultiplyAdds.Should().BePositive();
        peak.Memory.Should().BePositive();
    }

    [Fact]
    public void Steady_work_allocates_nothing_and_waits_for_nothing()
    {
        var accelerator = new Accelerator(laneOrder: 1);
        using var backend = new IlgpuBackend(accelerator, "emulated");
        DeviceTraffic traffic = accelerator.Traffic;
        Step(backend);
        (int allocations, int launches, int copiesIn) = (traffic.Allocations, traffic.Launches, traffic.CopiesIn);
        for (int i = 0; i < 3; i++) Step(backend);
        traffic.Allocations.Should().Be(allocations);
        traffic.CopiesIn.Should().Be(copiesIn + 3, "a step uploads one tensor");
        traffic.CopiesOut.Should().Be(0);
        traffic.Waits.Should().Be(0);
        traffic.Launches.Should().BeGreaterThan(launches);
    }

    // One upload, then selection, a masked product and sums, which all borrow memory.
    private static void Step(IlgpuBackend backend)
    {
        using Tensor x = Tensor.From(backend, new Shape(4, 4), new float[16]), y = Tensor.Rent(backend, x.Shape);
        using var mask = Mask.OfBits(backend, x.Shape);
        backend.TopV([x], 5, [mask.Bits!]);
        backend.MatMul(x, false, x, true, mask, y, accumulate: false);
        backend.SumOfSquares(y, y, 0);
    }

    private static int[] Run(Action<ArrayView<int>, int> kernel, int order)
    {
        using var accelerator = new Accelerator(order);
        using AcceleratorStream stream = accelerator.CreateStream();
        using MemoryBuffer1D<int, Stride1D.Dense> memory = accelerator.Allocate1D<int>(Threads);
        int[] values = [.. Enumerable.Range(0, Threads)];
        memory.View.BaseView.CopyFromCPUUnsafeAsync(stream, ref values[0], Threads);
        accelerator.LoadKernel(kernel)(stream, new KernelConfig(1, Threads), memory.View.BaseView, Threads);
        memory.View.BaseView.CopyToCPU(stream, values.AsSpan());
        return values;
    }
}
