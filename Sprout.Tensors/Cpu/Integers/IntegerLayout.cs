// A weight of 8-bit integers: lists of blocks, and their values.
using Sprout.Tensors.Cpu.Threads;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>
/// W [N, K] in groups of 16 outputs, each with a list of blocks of 4 inputs and for every block 64 weights; blocks of zeros are left out, so one form serves
/// dense and pruned weights.
/// </summary>
internal sealed unsafe class IntegerLayout : WeightLayout
{
    /// <summary>Outputs of a group, and inputs of a block.</summary>
    public const int Width = 16, Depth = 4;

    private const int Block = Width * Depth;

    private readonly IBackend memory;
    private readonly IntegerSteps[] steps;
    private readonly int[] starts;
    private readonly sbyte* weights;
    private readonly int* offsets, sums;
    private readonly float* scales;
    private DeviceBuffer? buffer;

    /// <summary>The layout of a weight.</summary>
    /// <param name="memory">Where it lies.</param>
    /// <param name="workers">The threads that fill it.</param>
    /// <param name="w">The weight.</param>
    public IntegerLayout(IBackend memory, Workers workers, QuantizedMatrix w) : base(w.Shape)
    {
        this.memory = memory;
        Groups = DivideUp(w.Shape[0], Width);
        steps = new IntegerSteps[Groups];
        workers.Run(Groups, new StepsWork(w, steps));
        starts = new int[Groups + 1];
        for (int group = 0; group < Groups; group++) starts[group + 1] = checked(starts[group] + steps[group].Blocks.Length);
        long count = starts[Groups], outputs = (long)Groups * Width;
        Bytes = (count * (Block + sizeof(int))) + (outputs * (sizeof(int) + sizeof(float)));
        buffer = memory.Allocate(Bytes);
        weights = (sbyte*)buffer.Address;
        sums = (int*)(weights + (count * Block));
        scales = (float*)(sums + outputs);
        offsets = (int*)(scales + outputs);
        workers.Run(Groups, new FillWork(this, w));
        // What was needed to fill it.
        for (int group = 0; group < Groups; group++) steps[group] = steps[group] with { Blocks = [] };
    }

    /// <summary>Groups of outputs; the last may be short of some, whose weights are 0.</summary>
    public int Groups { get; }

    /// <inheritdoc/>
    public override long Weights => (long)starts[Groups] * Block;

    /// <inheritdoc/>
    public override long Bytes { get; }

    /// <summary>A group.</summary>
    public IntegerGroup this[int group] => new(
        offsets + starts[group], steps[group].Pairs, starts[group + 1] - starts[group], weights + ((nint)starts[group] * Block), sums + (group * Width),
        scales + (group * Width));

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (buffer is not null) memory.Free(buffer);
        buffer = null;
    }

    private readonly struct StepsWork(QuantizedMatrix w, IntegerSteps[] steps) : IWork
    {
        public void Run(int group) => steps[group] = IntegerSteps.Of(w, group);
    }

    private readonly struct FillWork(IntegerLayout layout, QuantizedMatrix w) : IWork
    {
        public void Run(int number)
        {
            IntegerGroup group = layout[number];
            new Span<int>(group.Sums, Width).Clear();
            for (int step = 0; step < group.Steps; step++)
            {
                int block = layout.steps[number].Blocks[step];
                group.Offsets[step] = block * Depth;
                var values = new Span<sbyte>(group.Weights + (step * Block), Block);
                IntegerSteps.Copy(w, number, block, values);
                for (int i = 0; i < Block; i++) group.Sums[i / Depth] += values[i];
            }

            for (int output = 0; output < Width; output++)
            {
                int row = (number * Width) + output;
                group.Scales[output] = row < w.Shape[0] ? w.Scales.Span[row] : 0;
            }
        }
    }
}
