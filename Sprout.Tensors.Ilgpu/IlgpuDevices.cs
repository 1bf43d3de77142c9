using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Ilgpu.Kernels;
using Device = Sprout.Tensors.Devices.Device;

namespace Sprout.Tensors.Ilgpu;

/// <summary>Makes <c>cuda[:n]</c>, <c>cuda-cublas[:n]</c>, <c>opencl[:n]</c> and <c>ilgpu-cpu</c> known to <see cref="Device"/>.</summary>
public static class IlgpuDevices
{
    private const string NoGpu = "no NVIDIA GPU with a driver was found";
    private const string NoCuBlas = "NVIDIA's cuBLAS of CUDA 10 to 13 (such as libcublas.so.12, cublas64_12.dll) was not found";

    // Other names of what ILGPU asks for: without a developer's package Linux has a library under its versioned name only, and of cuBLAS 13 it does not know.
    private static readonly Dictionary<string, string> OtherNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["OpenCL"] = "libOpenCL.so.1",
        ["cuda"] = "libcuda.so.1",
        ["libcublas.so.12"] = "libcublas.so.13",
        ["cublas64_12.dll"] = "cublas64_13.dll",
    };

    private static readonly Kind[] Kinds =
    [
        new("cuda", AcceleratorType.Cuda, builder => builder.Cuda(), NoGpu),
        new("cuda-cublas", AcceleratorType.Cuda, builder => builder.Cuda(), NoGpu) { WithCuBlas = true },
        new("opencl", AcceleratorType.OpenCL, builder => builder.OpenCL(Accept), "no OpenCL platform with a device was found"),
        new("ilgpu-cpu", AcceleratorType.CPU, AddProcessor, "not reached")
        {
            Note = "ilgpu-cpu runs GPU kernels on this processor as an oracle for tests: its start-up self-test takes about a minute. To compute, use cpu.",
        },
    ];

    private static int registered;

    /// <summary>Adds these kinds of device; call it before a device is opened. Once is enough, more do nothing.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref registered, 1) == 1) return;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            OtherNames.TryGetValue(name, out string? other) && NativeLibrary.TryLoad(other, out nint library) ? library : 0;
        foreach (Kind kind in Kinds) Device.Register(kind.Name, request => Open(kind, request), () => List(kind));
    }

    // O2 for all: what the lowest level makes, some OpenCL compilers reject.
    private static Context CreateContext(Kind kind) => Context.Create(builder => kind.Add(builder.Optimize(OptimizationLevel.O2)));

    private static IlgpuBackend Open(Kind kind, DeviceRequest request)
    {
        int index = request.Index;
        if (kind.Note is not null) request.Note(kind.Note);
        Context context = CreateContext(kind);
        string name = kind.NameOf(index);
        try
        {
            ILGPU.Runtime.Device[] devices = DevicesOf(context, kind);
            if (index >= devices.Length)
                throw OptionException.Expected(
                    nameof(Device), "a device of this machine", $"{name}; {(devices.Length == 0 ? kind.None : $"there are {devices.Length}, counted from 0")}");
            return SelfTest.Checked(new IlgpuBackend(devices[index].CreateAccelerator(context), name, context, kind.WithCuBlas), name);
        }
        catch (Exception e) when (IsFailure(e))
        {
            context.Dispose();
            throw OptionException.Of($"{new OptionName(nameof(Device))}: {name} was found, but does not work: {Reason(e)}", e);
        }
        catch
        {
            context.Dispose();
            throw;
        }
    }

    // What ILGPU throws when a device or a library that it needs does not work.
    private static bool IsFailure(Exception e) =>
        e is AcceleratorException or CuBlasException or InternalCompilerException
            or DllNotFoundException or EntryPointNotFoundException or NotSupportedException;

    // The message of an OpenCL error names no cause, that of a missing library lists every place where it is not.
    private static string Reason(Exception e) => e switch
    {
        CLException cl => $"OpenCL error {cl.Error}.",
        DllNotFoundException or EntryPointNotFoundException => NoCuBlas + ".",
        _ => e.Message,
    };

    private static IEnumerable<DeviceInfo> List(Kind kind)
    {
        using Context context = CreateContext(kind);
        ILGPU.Runtime.Device[] devices = DevicesOf(context, kind);
        if (devices.Length == 0) return [DeviceInfo.Unavailable(kind.Name, kind.None)];
        if (kind.WithCuBlas && WhyNoCuBlas(context, devices[0]) is string reason) return [DeviceInfo.Unavailable(kind.Name, reason)];
        return [.. devices.Select((device, index) => Describe(device, kind.NameOf(index)))];
    }

    // Only a handle shows whether the library is there and fits the driver.
    private static string? WhyNoCuBlas(Context context, ILGPU.Runtime.Device device)
    {
        try
        {
            using var accelerator = (CudaAccelerator)device.CreateAccelerator(context);
            using var library = new CuBlas(accelerator);
            return null;
        }
        catch (Exception e) when (IsFailure(e))
        {
            return Reason(e).TrimEnd('.');
        }
    }

    private static DeviceInfo Describe(ILGPU.Runtime.Device device, string name)
    {
        if (device.MaxNumThreadsPerGroup < SelectionKernels.MarkLanes)
            return DeviceInfo.Unavailable(
                name, $"{device.Name} runs groups of {device.MaxNumThreadsPerGroup} threads, {SelectionKernels.MarkLanes} are needed");
        List<KeyValuePair<string, string>> limits =
        [
            new("multiprocessors", $"{device.NumMultiprocessors}"),
            new("threads a group", $"{device.MaxNumThreadsPerGroup}"),
            new("shared memory a group", $"{device.MaxSharedMemoryPerGroup} bytes"),
        ];
        if (device is CudaDevice { Architecture: CudaArchitecture architecture }) limits.Add(new("architecture", $"{architecture}"));
        if (device is CLDevice cl) limits.Add(new("OpenCL", $"{cl.CVersion}"));
        if (device is CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_CPU } processor)
        {
            string platform = processor.PlatformName == "Portable Computing Language" ? "PoCL" : $"{processor.PlatformName}";
            limits.Add(new("kind", $"{platform}, which runs OpenCL on the processor: for tests, slow; to compute, use cpu"));
        }

        if (device is CPUDevice) limits.Add(new("kind", "GPU kernels on the processor: for tests, very slow; to compute, use cpu"));
        long memory = device is CPUDevice ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : device.MemorySize;
        return new DeviceInfo(name, device.Name, memory, limits, null);
    }

    private static ILGPU.Runtime.Device[] DevicesOf(Context context, Kind kind) => [.. context.Devices.Where(device => device.AcceleratorType == kind.Type)];

    // One thread of the operating system a GPU thread: for checking kernels on tiny shapes, and nothing else.
    private static void AddProcessor(Context.Builder builder) =>
        builder.CPU(new CPUDevice(numThreadsPerWarp: 4, numWarpsPerMultiprocessor: 32, numMultiprocessors: 1));

    // ILGPU turns devices without a generic address space away, but what it compiles at O2 uses none; the capability has no public setter.
    private static bool Accept(CLDevice device)
    {
        device.Capabilities.GetType().GetProperty("GenericAddressSpace")?.GetSetMethod(nonPublic: true)?.Invoke(device.Capabilities, [true]);
        return true;
    }

    // The name before the colon, how ILGPU finds such devices, and why there may be none.
    private sealed record Kind(string Name, AcceleratorType Type, Action<Context.Builder> Add, string None)
    {
        public bool WithCuBlas { get; init; }

        public string? Note { get; init; }

        public string NameOf(int index) => Type == AcceleratorType.CPU ? Name : $"{Name}:{index}";
    }
}
