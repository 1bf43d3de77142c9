// Measuring a backend changes nothing about it.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Conformance;

public sealed class ProfiledConformance : BackendConformance
{
    protected override IBackend Open(int threads) => new ProfiledBackend(CpuBackend.Open(threads));

    [Fact]
    public void Products_count_two_operations_a_multiply_add()
    {
        using var backend = new ProfiledBackend(CpuBackend.Open(1));
        using Tensor a = Tensor.Zeros(backend, new Shape(3, 5)), b = Tensor.Zeros(backend, new Shape(7, 5)), c = Tensor.Zeros(backend, new Shape(3, 7));
        backend.Restart();
        backend.MatMul(a, false, b, true, null, c, accumulate: false);
        backend.MatMul(a, false, b, true, null, c, accumulate: true);
        backend.Times.Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { Name = "MatMul NT", Calls = 2L, Flops = 2.0 * 2 * 3 * 5 * 7, Bytes = 2.0 * 4 * (15 + 35 + 21) });
    }
}
