// What a tensor refuses, and that it leaves nothing behind then.
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Tensors;

public sealed class TensorTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    public void A_wrong_number_of_values_is_refused_and_no_memory_stays_in_use(int count)
    {
        using IBackend backend = Device.Open("cpu", 1);
        backend.Invoking(device => Tensor.From(device, new Shape(2, 3), new float[count])).Should().Throw<ArgumentException>().WithMessage($"*{count} values*");
        backend.LiveBytes.Should().Be(0);
    }
}
