// The devices of ILGPU, which a natively compiled program leaves out.
using Sprout.Tensors.Ilgpu;

namespace Sprout.Cli;

public static partial class Program
{
    static partial void RegisterGpuDevices() => IlgpuDevices.Register();
}
