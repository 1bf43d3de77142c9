// The most that a device can do.
namespace Sprout.Tensors;

/// <summary>Measured limits of a device: what benchmarks are a share of.</summary>
/// <param name="MultiplyAdds">Floating-point operations a second of independent multiply-adds in registers.</param>
/// <param name="Memory">Bytes a second that a large copy reads and writes.</param>
public readonly record struct DevicePeak(double MultiplyAdds, double Memory);
