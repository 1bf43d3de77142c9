// A weight kept in blocks of 16 × 1: lists of inputs, and their values.
using Sprout.Tensors.Cpu.Threads;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// W [N, K] in groups of 16 outputs, each with a list of inputs and for every input 16 weights. Blocks of 16 × 16 are lists with 16 inputs in a row. Slices of
/// the inputs are the dense product's kc, and in a slice a group's inputs rise: an output adds up what it keeps as the dense product does, to the same bits.
/// What a product reads one after the other lies so: some groups make a chunk, which has the first slice of each, then the second of each.
/// </summary>
internal sealed unsafe class VectorBlockLayout : WeightLayout
{
    /// <summary>Outputs of a group.</summary>
    public const int Width = 16;

    // Entries of a chunk's slice, which stays in the level-2 cache while panels of X pass, and the most groups that share it.
    private const int ChunkEntries = 1024, MostChunk = 32, Line = 64;

    private readonly IBackend memory;
    private DeviceBuffer? buffer;

    /// <summary>The layout of a weight.</summary>
    /// <param name="memory">Where it lies.</param>
    /// <param name="workers">The threads that fill it.</param>
    /// <param name="w">The weight.</param>
    /// <param name="inputs">The inputs of each group.</param>
    /// <param name="slice">Inputs of a slice.</param>
    /// <param name="inputStride">Floats from input to input in packed rows of X.</param>
    public VectorBlockLayout(IBackend memory, Workers workers, SparseMatrix w, int[][] inputs, int slice, int inputStride) : base(w.Shape)
    {
        this.memory = memory;
        Slices = Math.Max(1, DivideUp(w.Shape[1], slice));
        Groups = inputs.Length;
        long count = inputs.Sum(list => (long)list.Length), starts = ((long)Groups * Slices) + 1;
        Chunk = (int)Math.Clamp(ChunkEntries * (long)Groups * Slices / Math.Max(count, 1), 1, MostChunk);
        long startBytes = DivideUp(starts * sizeof(int), Line) * Line, indexBytes = DivideUp(count * sizeof(int), Line) * Line;
        Bytes = startBytes + indexBytes + (count * Width * sizeof(float));
        buffer = memory.Allocate(Bytes);
        byte* address = (byte*)buffer.Address;
        Starts = (int*)address;
        Indices = (int*)(address + startBytes);
        Values = (float*)(address + startBytes + indexBytes);
        int at = 0;
        for (int chunk = 0; chunk < Groups; chunk += Chunk)
            for (int s = 0; s < Slices; s++)
                for (int group = chunk; group < Math.Min(chunk + Chunk, Groups); group++)
                {
                    Starts[NumberOf(group, s)] = at;
                    at = checked(at + FirstFrom(inputs[group], (s + 1) * slice) - FirstFrom(inputs[group], s * slice));
                }

        Starts[Groups * Slices] = at;
        workers.Run(Groups, new FillWork(this, w, inputs, inputStride));
    }

    /// <summary>Groups of outputs; the last may be short of some, whose weights are 0.</summary>
    public int Groups { get; }

    /// <summary>Slices of the inputs.</summary>
    public int Slices { get; }

    /// <summary>Groups of a chunk; the last may have fewer.</summary>
    public int Chunk { get; }

    /// <summary>Where the entries of each slice of a group begin, by <see cref="NumberOf"/>; each ends where the next begins.</summary>
    public int* Starts { get; }

    /// <summary>For each entry the place of its input in packed rows of X.</summary>
    public int* Indices { get; }

    /// <summary>For each entry 16 weights.</summary>
    public float* Values { get; }

    /// <inheritdoc/>
    public override long Weights => (long)Starts[Groups * Slices] * Width;

    /// <inheritdoc/>
    public override long Bytes { get; }

    /// <summary>The place of a slice of a group among all.</summary>
    public int NumberOf(int group, int slice)
    {
        int first = group / Chunk * Chunk;
        return (first * Slices) + (slice * Math.Min(Chunk, Groups - first)) + group - first;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (buffer is not null) memory.Free(buffer);
        buffer = null;
    }

    private static int FirstFrom(int[] inputs, int input)
    {
        int found = Array.BinarySearch(inputs, input);
        return found < 0 ? ~found : found;
    }

    private readonly struct FillWork(VectorBlockLayout layout, SparseMatrix w, int[][] inputs, int inputStride) : IWork
    {
        public void Run(int group)
        {
            int[] list = inputs[group];
            int done = 0, end = Math.Min((group + 1) * Width, w.Shape[0]);
            ReadOnlySpan<int> starts = w.RowStarts.Span, columns = w.Columns.Span;
            ReadOnlySpan<float> entries = w.Values.Span;
            Span<int> at = stackalloc int[Width];
            for (int lane = 0; (group * Width) + lane < end; lane++) at[lane] = starts[(group * Width) + lane];
            for (int s = 0; s < layout.Slices; s++)
            {
                int number = layout.NumberOf(group, s);
                for (int entry = layout.Starts[number]; entry < layout.Starts[number + 1]; entry++, done++)
                {
                    layout.Indices[entry] = list[done] * inputStride;
                    float* values = layout.Values + ((long)entry * Width);
                    for (int lane = 0; lane < Width; lane++)
                    {
                        int row = (group * Width) + lane;
                        bool kept = row < end && at[lane] < starts[row + 1] && columns[at[lane]] == list[done];
                        values[lane] = kept ? entries[at[lane]++] : 0f;
                    }
                }
            }
        }
    }
}
