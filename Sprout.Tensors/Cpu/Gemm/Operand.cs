// The factors of a product, and packing them.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>One factor of a product: its lines (rows of A, columns of B) and how they are cut into panels.</summary>
internal readonly unsafe struct Operand<V, TReader>(TReader reader, int lines, int steps, bool stepsAreRows, int tileLines, int width)
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
{
    /// <summary>The number of lines.</summary>
    public int Lines => lines;

    /// <summary>The number of steps, K.</summary>
    public int Steps => steps;

    /// <summary>Whether steps are the matrix's rows.</summary>
    public bool StepsAreRows => stepsAreRows;

    /// <summary>Lines in a panel.</summary>
    public int TileLines => tileLines;

    /// <summary>Floats in a step of a panel.</summary>
    public int Width => width;

    /// <summary>Packs some lines and steps into panels.</summary>
    public void Pack(float* destination, nint panelStride, int line, int count, int step, int stepCount)
    {
        var panels = new Panels<V>(destination, tileLines, width, panelStride);
        if (stepsAreRows) panels.PackRows(reader, ((nint)step * lines) + line, lines, lines - line, DivideUp(count, tileLines), stepCount);
        else panels.PackTransposed(reader, ((nint)line * steps) + step, steps, lines - line, DivideUp(count, tileLines), stepCount);
    }
}

/// <summary>Some packed lines of an operand, in panels.</summary>
internal readonly unsafe struct Lines(float* packed, nint stride, int first, int count)
{
    /// <summary>Where the first panel lies.</summary>
    public readonly float* Packed = packed;

    /// <summary>Floats from panel to panel.</summary>
    public readonly nint Stride = stride;

    /// <summary>The number of the first line within the operand, and how many there are.</summary>
    public readonly int First = first, Count = count;

    /// <summary>Panel number i, of a tile's lines or fewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lines Panel(int i, int tile) => new(Packed + (i * Stride), Stride, First + (i * tile), Math.Min(tile, Count - (i * tile)));
}

/// <summary>Packs some steps of some lines of an operand: all steps of some lines first, so that a thread's share is, where there are many, lines of its own.</summary>
internal readonly unsafe struct PackWork<V, TReader>(Operand<V, TReader> operand, int firstLine, int lines, int firstStep, int steps, float* destination, nint panel) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
{
    public int Pieces => DivideUp(lines, Panels * operand.TileLines) * StepPieces;

    // Long enough runs for the memory's prefetcher, which sees rows; small enough pieces to share out.
    private int Panels => operand.StepsAreRows ? 64 : 4;

    private int Steps => operand.StepsAreRows ? 32 : 256;

    private int StepPieces => DivideUp(steps, Steps);

    public void Run(int piece)
    {
        int group = piece / StepPieces, step = piece % StepPieces * Steps, line = group * Panels * operand.TileLines;
        float* target = destination + (group * Panels * panel) + ((nint)step * operand.Width);
        operand.Pack(target, panel, firstLine + line, Math.Min(lines - line, Panels * operand.TileLines), firstStep + step, Math.Min(steps - step, Steps));
    }
}

/// <summary>Packs lines of both operands, whose pieces are spread evenly, so that each thread's share has its part of both.</summary>
internal readonly struct PackBothWork<V, TReader>(PackWork<V, PlainReader<V>> a, PackWork<V, TReader> b) : IWork
    where V : struct, IVector<V>
    where TReader : struct, IReader<V>
{
    public int Pieces => a.Pieces + b.Pieces;

    public void Run(int piece)
    {
        int before = (int)((long)piece * a.Pieces / Pieces), after = (int)((piece + 1L) * a.Pieces / Pieces);
        if (after > before) a.Run(before);
        else b.Run(piece - before);
    }
}
