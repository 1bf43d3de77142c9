// The devices that ILGPU finds on this machine.
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

/// <summary>Makes <c>cuda[:n]</c>, <c>opencl[:n]</c> and <c>ilgpu-cpu</c> known to <see cref="Device"/>.</summary>
public static class IlgpuDevices
{
    /// <summary>Adds the three kinds of device; call it once, before a device is opened.</summary>
    public static void Register()
    {
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => ResolveOpenCL(name);
        Register("cuda", "no NVIDIA GPU with a driver was found", builder => builder.Cuda(), AcceleratorType.Cuda);
        Register("opencl", "no OpenCL platform with a device was found", builder => builder.OpenCL(Accept), AcceleratorType.OpenCL);
        Register("ilgpu-cpu", "not reached", AddProcessor, AcceleratorType.CPU);
    }

    private static void Register(string kind, string none, Action<Context.Builder> add, AcceleratorType type)
    {
        Device.Register(kind, (index, _) => Open(kind, index, none, add, type), () => List(kind, none, add, type));
    }

    // O2 for all: what the lowest level makes, some OpenCL compilers reject.
    private static Context CreateContext(Action<Context.Builder> add) => Context.Create(builder => add(builder.Optimize(OptimizationLevel.O2)));

    private static IlgpuBackend Open(string kind, int index, string none, Action<Context.Builder> add, AcceleratorType type)
    {
        Context context = CreateContext(add);
        string name = kind == "ilgpu-cpu" ? kind : $"{kind}:{index}";
        try
        {
            ILGPU.Runtime.Device[] devices = DevicesOf(context, type);
            if (index >= devices.Length)
                throw new OptionException($"--device: expected a device of this machine (see sprout devices), found {name}; {(devices.Length == 0 ? none : $"there are {devices.Length}, counted from 0")}.");
            return SelfTest.Checked(new IlgpuBackend(devices[index].CreateAccelerator(context), name, context), name);
        }
        catch (Exception e) when (e is AcceleratorException or NotSupportedException or InternalCompilerException)
        {
            context.Dispose();
            throw new OptionException($"--device: {name} was found, but does not work: {Reason(e)}", e);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    // The message of an OpenCL error names no cause.
    private static string Reason(Exception e) => e is CLException cl ? $"OpenCL error {cl.Error}." : e.Message;

    private static IEnumerable<DeviceInfo> List(string kind, string none, Action<Context.Builder> add, AcceleratorType type)
    {
        using Context context = CreateContext(add);
        ILGPU.Runtime.Device[] devices = DevicesOf(context, type);
        if (devices.Length == 0) return [DeviceInfo.Unavailable(kind, none)];
        return [.. devices.Select((device, index) => Describe(device, kind == "ilgpu-cpu" ? kind : $"{kind}:{index}"))];
    }

    private static DeviceInfo Describe(ILGPU.Runtime.Device device, string name)
    {
        if (device.MaxNumThreadsPerGroup < SelectionKernels.MarkLanes)
            return DeviceInfo.Unavailable(name, $"{device.Name} runs groups of {device.MaxNumThreadsPerGroup} threads, {SelectionKernels.MarkLanes} are needed");
        List<KeyValuePair<string, string>> limits =
        [
            new("multiprocessors", $"{device.NumMultiprocessors}"),
            new("threads a group", $"{device.MaxNumThreadsPerGroup}"),
            new("shared memory a group", $"{device.MaxSharedMemoryPerGroup} bytes"),
        ];
        if (device is CudaDevice { Architecture: CudaArchitecture architecture }) limits.Add(new("architecture", $"{architecture}"));
        if (device is CLDevice cl) limits.Add(new("OpenCL", $"{cl.CVersion}"));
        long memory = device is CPUDevice ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : device.MemorySize;
        return new DeviceInfo(name, device.Name, memory, limits, null);
    }

    private static ILGPU.Runtime.Device[] DevicesOf(Context context, AcceleratorType type) => [.. context.Devices.Where(device => device.AcceleratorType == type)];

    // One thread of the operating system a GPU thread: for checking kernels on tiny shapes, and nothing else.
    private static void AddProcessor(Context.Builder builder) => builder.CPU(new CPUDevice(numThreadsPerWarp: 4, numWarpsPerMultiprocessor: 32, numMultiprocessors: 1));

    // ILGPU turns devices without a generic address space away, but what it compiles at O2 uses none; the capability has no public setter.
    private static bool Accept(CLDevice device)
    {
        device.Capabilities.GetType().GetProperty("GenericAddressSpace")?.GetSetMethod(nonPublic: true)?.Invoke(device.Capabilities, [true]);
        return true;
    }

    // Without a developer's package, Linux has the loader under its versioned name only.
    private static nint ResolveOpenCL(string name) =>
        name.Contains("OpenCL", StringComparison.OrdinalIgnoreCase) && NativeLibrary.TryLoad("libOpenCL.so.1", out nint library) ? library : 0;
}
