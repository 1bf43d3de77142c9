using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Tensors;

/// <summary>Makes the tensors of one test at odd addresses between sentinels, so that a kernel that writes where it may not is seen.</summary>
internal sealed class CpuArena : IDisposable
{
    private const float Sentinel = -12345.5f;
    private const int Front = 21;
    private const int Back = 37;

    private readonly List<Tensor> buffers = [];
    private readonly List<IntTensor> integers = [];
    private readonly Random random = new(5);

    public CpuArena(IBackend backend) => Backend = backend;

    public IBackend Backend { get; }

    public static TheoryData<InstructionSet> InstructionSets
    {
        get
        {
            var data = new TheoryData<InstructionSet>();
            foreach (InstructionSet set in Enum.GetValues<InstructionSet>())
                if (Sprout.Tensors.Cpu.InstructionSets.IsSupported(set)) data.Add(set);
            return data;
        }
    }

    public Tensor Of(Shape shape, ReadOnlySpan<float> values)
    {
        var guarded = new float[Front + values.Length + Back];
        Array.Fill(guarded, Sentinel);
        values.CopyTo(guarded.AsSpan(Front));
        Tensor buffer = Tensor.From(Backend, new Shape(guarded.Length), guarded);
        buffers.Add(buffer);
        return buffer.Slice(Front, shape);
    }

    public Tensor Random(Shape shape, float scale = 1f)
    {
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = scale * (float)((random.NextDouble() * 2) - 1);
        return Of(shape, values);
    }

    public Tensor Zeros(Shape shape) => Of(shape, new float[shape.Count]);

    public IntTensor Ints(params ReadOnlySpan<int> values)
    {
        IntTensor tensor = IntTensor.From(Backend, values);
        integers.Add(tensor);
        return tensor;
    }

    /// <summary>All contents one after another, after a look at the guards.</summary>
    public float[] Everything()
    {
        var all = new List<float>();
        foreach (Tensor buffer in buffers)
        {
            float[] values = buffer.ToArray();
            values.Take(Front).Concat(values.TakeLast(Back)).Should().OnlyContain(v => v == Sentinel, "nothing outside of a tensor is written");
            all.AddRange(values);
        }

        foreach (IntTensor tensor in integers) all.AddRange(tensor.ToArray().Select(v => BitConverter.Int32BitsToSingle(v)));
        return [.. all];
    }

    public void Dispose()
    {
        foreach (Tensor buffer in buffers) buffer.Dispose();
        foreach (IntTensor tensor in integers) tensor.Dispose();
        Backend.Dispose();
    }
}
