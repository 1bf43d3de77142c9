// The one place that differs between builds with and without a GPU backend.
#if GPU
using Sprout.Tensors.Ilgpu;
#else
using Sprout.Tensors;
#endif

namespace Sprout.Cli;

/// <summary>Makes the devices of the GPU backend known in builds that have it (<c>-p:Gpu=true</c>), and says what is missing in the others.</summary>
internal static class Gpu
{
#if GPU
    /// <summary>Adds the devices.</summary>
    public static void Register() => IlgpuDevices.Register();
#else
    /// <summary>Adds the names of the devices, which cannot be opened.</summary>
    public static void Register()
    {
        foreach (string kind in new[] { "cuda", "cuda-cublas", "opencl", "ilgpu-cpu" })
            Device.Register(kind, (_, _) => throw new OptionException($"--device: {kind} needs a build with the GPU backend: dotnet build -c Release -p:Gpu=true."), () => [DeviceInfo.Unavailable(kind, "this build has no GPU backend; build with -p:Gpu=true")]);
    }
#endif
}
