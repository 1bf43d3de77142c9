// A weight kept by single entries: streams in which several rows of W advance together.
using Sprout.Tensors.Cpu.Threads;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Sparse;

/// <summary>
/// W [N, K] as streams of (input, weight), one for each part of the rows of W and each slice of the inputs. In a stream a few rows of like length advance
/// together, as a run; short ones are filled up with weights of 0. A slice is a kc of the dense product, and in it a row's inputs rise: a row adds up what it
/// keeps as the dense product does, to the same bits.
/// </summary>
internal sealed unsafe class EntriesLayout : WeightLayout
{
    /// <summary>Rows of X in a tile, side by side: so many floats an input.</summary>
    public const int TileRows = 32;

    /// <summary>Bytes from input to input in a tile of X, and from row to row of W in a tile of Y.</summary>
    public const int InputBytes = TileRows * sizeof(float);

    // Rows of W in a part: their tile of Y stays in the level-1 cache; fewer rows would fetch X's tile too often.
    private const int MostPartRows = 256;

    private readonly IBackend memory;
    private readonly long[] starts;
    private readonly int[] runs;
    private DeviceBuffer? buffer;

    /// <summary>The layout of a weight.</summary>
    /// <param name="memory">Where it lies.</param>
    /// <param name="workers">The threads that fill it.</param>
    /// <param name="w">The weight.</param>
    /// <param name="slice">Inputs of a slice.</param>
    /// <param name="together">Rows of a run.</param>
    public EntriesLayout(IBackend memory, Workers workers, SparseMatrix w, int slice, int together) : base(w.Shape)
    {
        this.memory = memory;
        Weights = w.Values.Length;
        Slices = Math.Max(1, DivideUp(w.Shape[1], slice));
        PartRows = RoundUp(DivideUp(w.Shape[0], Math.Max(1, DivideUp(w.Shape[0], MostPartRows))), TileRows);
        Parts = DivideUp(w.Shape[0], Math.Max(PartRows, 1));
        var streams = new EntriesStream[Parts * Slices];
        for (int i = 0; i < streams.Length; i++) streams[i] = new EntriesStream(w, i / Slices * PartRows, PartRows, i % Slices * slice, slice, together);
        workers.Run(streams.Length, new StreamWork(streams, null, []));
        starts = new long[streams.Length];
        runs = [.. streams.Select(stream => stream.Runs)];
        long words = 0;
        for (int i = 0; i < streams.Length; i++)
        {
            starts[i] = words;
            words += streams[i].Words;
        }

        Bytes = words * sizeof(int);
        buffer = memory.Allocate(Bytes);
        Words = (int*)buffer.Address;
        workers.Run(streams.Length, new StreamWork(streams, Words, starts));
    }

    /// <summary>Slices of the inputs.</summary>
    public int Slices { get; }

    /// <summary>Parts of the rows of W.</summary>
    public int Parts { get; }

    /// <summary>Rows of W in a part; the last may have fewer.</summary>
    public int PartRows { get; }

    /// <inheritdoc/>
    public override long Weights { get; }

    /// <inheritdoc/>
    public override long Bytes { get; }

    private int* Words { get; }

    /// <summary>The stream of a part and a slice.</summary>
    /// <param name="part">The part.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="count">How many runs it has.</param>
    public int* Stream(int part, int slice, out int count)
    {
        int number = (part * Slices) + slice;
        count = runs[number];
        return Words + starts[number];
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (buffer is not null) memory.Free(buffer);
        buffer = null;
    }

    // Measures streams, or writes them.
    private readonly struct StreamWork(EntriesStream[] streams, int* words, long[] starts) : IWork
    {
        public void Run(int piece)
        {
            if (words == null) streams[piece].Arrange();
            else streams[piece].Write(words + starts[piece]);
        }
    }
}
