// The suite on the first NVIDIA GPU, its products by cuBLAS.
namespace Sprout.Tests.Ilgpu;

[NeedsDevice("cuda-cublas")]
public sealed class CuBlasConformance() : DeviceConformance("cuda-cublas");
