// The suite on the first NVIDIA GPU.
namespace Sprout.Tests.Ilgpu;

[NeedsDevice("cuda")]
public sealed class CudaConformance() : DeviceConformance("cuda");
