// What all benchmarks of kernels share: a backend, tensors of random numbers, the count of their work.
using BenchmarkDotNet.Attributes;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Bench;

/// <summary>Benchmarks of the processor's kernels on one and two threads.</summary>
public abstract class KernelBench : ICounted
{
    private IBackend? backend;

    [Params(1, 2)]
    public int Threads { get; set; }

    protected IBackend Backend => backend ?? throw new InvalidOperationException("The backend is there after the set-up.");

    /// <summary>Dropout as in training.</summary>
    protected static Dropout Dropped => new(0.1f, 1, 1);

    [GlobalSetup]
    public void Setup()
    {
        backend = CpuBackend.Open(Threads);
        Prepare();
    }

    [GlobalCleanup]
    public void Cleanup() => backend?.Dispose();

    public abstract Work WorkOf(string benchmark);

    /// <summary>Makes the tensors.</summary>
    protected abstract void Prepare();

    /// <summary>Numbers between -0.5 and 0.5.</summary>
    protected Tensor Random(Shape shape, int seed = 1)
    {
        var random = new Random(seed);
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        return Tensor.From(Backend, shape, values);
    }

    /// <summary>Numbers from 0 to one less than <paramref name="bound"/>.</summary>
    protected IntTensor RandomInts(int count, int bound)
    {
        var random = new Random(1);
        return IntTensor.From(Backend, [.. Enumerable.Range(0, count).Select(_ => random.Next(bound))]);
    }

    /// <summary>0, step, 2 step, …: <paramref name="count"/> segments.</summary>
    protected IntTensor Offsets(int count, int step) => IntTensor.From(Backend, [.. Enumerable.Range(0, count + 1).Select(i => i * step)]);

    /// <summary>A mask of random bits.</summary>
    protected Mask RandomMask(Shape shape)
    {
        Mask mask = Mask.OfBits(Backend, shape);
        var bytes = new byte[mask.Bits!.Length * sizeof(int)];
        new Random(1).NextBytes(bytes);
        Backend.Upload(bytes, mask.Bits.Buffer, 0);
        return mask;
    }

    protected static int[] Sizes(string shape) => [.. shape.Split(' ')[0].Split('x').Select(int.Parse)];
}
