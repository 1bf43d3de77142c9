// The suite on a device.
using Sprout.Tensors;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Ilgpu;

/// <summary>
/// The conformance suite on the first device of a kind, which stays open: its compiler needs seconds for each kernel. A device has no number of threads, so
/// the test of the bits compares three runs of the same launch.
/// </summary>
public abstract class DeviceConformance(string kind) : BackendConformance
{
    protected override IBackend Open(int threads) => Devices.Kept(kind);

    protected override void Close(IBackend backend) { }
}
