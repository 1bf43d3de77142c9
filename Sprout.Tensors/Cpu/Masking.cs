// Masks: counted, spread from blocks to entries, applied.
using System.Numerics;
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    private const int WordsPerPiece = Chunk / 32;

    /// <inheritdoc/>
    public long CountBits(IntTensor bits, long count)
    {
        int words = Mask.WordsOf(count), pieces = PiecesOf(words, WordsPerPiece);
        DeviceBuffer partials = Allocate((long)pieces * sizeof(long));
        long* sums = (long*)partials.Address;
        workers.Run(pieces, new CountBitsWork((uint*)bits.Pointer, count, sums));
        long sum = 0;
        for (int i = 0; i < pieces; i++) sum += sums[i];
        Free(partials);
        return sum;
    }

    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits) =>
        workers.Run(
            PiecesOf(Mask.WordsOf(matrix.Count), WordsPerPiece),
            new ExpandBitsWork((uint*)blockBits.Pointer, matrix.Columns, blockRows, blockColumns, matrix.Count, (uint*)bits.Pointer));

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y)
    {
        int rows = y.Shape.Rows, columns = y.Shape.Columns, rowsPerPiece = RowsPerPiece(columns);
        workers.Run(PiecesOf(rows, rowsPerPiece), new ExpandBlocksWork(blocks.Pointer, blockRows, blockColumns, rows, columns, rowsPerPiece, y.Pointer));
    }

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y)
    {
        if (mask.Bits is { } bits) ForEach(x.Count, new KeepStep(x.Pointer, (uint*)bits.Pointer, y.Pointer));
        else ForEach(x.Count, new MultiplyStep(x.Pointer, mask.Gates!.Pointer, y.Pointer));
    }

    private readonly struct KeepStep(float* x, uint* bits, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) => Write(V.KeepBits(Read(x + i, lanes), bits[i >> 5] >> (int)(i & 31)), y + i, lanes);
    }

    private readonly struct MultiplyStep(float* x, float* gates, float* y) : IElementwise
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step(long i, int lanes) => Write(Read(x + i, lanes) * Read(gates + i, lanes), y + i, lanes);
    }

    private readonly struct CountBitsWork(uint* bits, long count, long* sums) : IWork
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            long word = (long)piece * WordsPerPiece, full = Math.Min(word + WordsPerPiece, count / 32), sum = 0;
            for (; word < full; word++) sum += BitOperations.PopCount(bits[word]);
            if (word == count / 32 && count % 32 != 0 && word < (piece + 1L) * WordsPerPiece)
                sum += BitOperations.PopCount(bits[word] & ((1u << (int)(count % 32)) - 1));
            sums[piece] = sum;
        }
    }

    private readonly struct ExpandBitsWork(uint* blockBits, int columns, int blockRows, int blockColumns, long count, uint* bits) : IWork
    {
        [MethodImpl(Jit.Kernel)]
        public void Run(int piece)
        {
            long entry = (long)piece * Chunk, end = Math.Min(entry + Chunk, count);
            int row = (int)(entry / columns), column = (int)(entry % columns), perRow = DivideUp(columns, blockColumns);
            // Blocks of one column over whole words: every row of the matrix is one of the blocks' rows.
            if (blockColumns == 1 && columns % 32 == 0)
            {
                for (; entry < end; entry += 32) bits[entry >> 5] = blockBits[((entry / columns / blockRows * columns) + (entry % columns)) >> 5];
                return;
            }

            for (; entry < end; entry += 32)
            {
                uint word = 0;
                int length = (int)Math.Min(32, end - entry);
                for (int position = 0; position < length;)
                {
                    // A run of entries of one block within this word and row.
                    int run = Math.Min(Math.Min(blockColumns - (column % blockColumns), columns - column), length - position);
                    long block = ((long)(row / blockRows) * perRow) + (column / blockColumns);
                    uint kept = (blockBits[block >> 5] >> (int)(block & 31)) & 1;
                    word |= (uint)((((1UL << run) - 1) * kept) << position);
                    position += run;
                    column += run;
                    if (column < columns) continue;
                    column = 0;
                    row++;
                }

                bits[entry >> 5] = word;
            }
        }
    }

    private readonly struct ExpandBlocksWork(float* blocks, int blockRows, int blockColumns, int rows, int columns, int rowsPerPiece, float* y) : IWork
    {
        public void Run(int piece)
        {
            int start = piece * rowsPerPiece, end = Math.Min(start + rowsPerPiece, rows), perRow = DivideUp(columns, blockColumns);
            for (int row = start; row < end; row++)
            {
                float* to = y + ((long)row * columns);
                if (row > start && row % blockRows != 0)
                {
                    new ReadOnlySpan<float>(to - columns, columns).CopyTo(new Span<float>(to, columns));
                    continue;
                }

                float* values = blocks + ((long)(row / blockRows) * perRow);
                for (int column = 0; column < columns; column += blockColumns)
                    new Span<float>(to + column, Math.Min(blockColumns, columns - column)).Fill(*values++);
            }
        }
    }
}
