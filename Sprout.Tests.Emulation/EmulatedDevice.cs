using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Ilgpu;

namespace Sprout.Tests.Emulation;

/// <summary>The GPU backend on the emulation, as a device of the test assembly.</summary>
internal static class EmulatedDevice
{
    public const string Name = "emulated";

    /// <summary>Before any test, because the list of devices is not meant to change while runs read it.</summary>
    [ModuleInitializer]
    internal static void Register() => Device.Register(Name, _ => new IlgpuBackend(new Accelerator(laneOrder: 1), Name), () => []);
}
