// The suite on the first OpenCL device.
namespace Sprout.Tests.Ilgpu;

[NeedsDevice("opencl")]
public sealed class OpenClConformance() : DeviceConformance("opencl");
