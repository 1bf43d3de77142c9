using System.Runtime.CompilerServices;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Packed panels of one operand, one after the other: a block, or a part of one.</summary>
internal readonly unsafe struct PackedPanels(float* packed, nint stride, int first, int count)
{
    /// <summary>The first panel, from the first value of k on that is wanted.</summary>
    public readonly float* Packed = packed;

    /// <summary>Floats from panel to panel.</summary>
    public readonly nint Stride = stride;

    /// <summary>The number of their first row of A or column of B, and how many of these there are.</summary>
    public readonly int First = first, Count = count;

    /// <summary>Panel number <paramref name="i"/> by itself; it has <paramref name="tile"/> rows or columns, or what is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PackedPanels Panel(int i, int tile) => new(Packed + (i * Stride), Stride, First + (i * tile), Math.Min(tile, Count - (i * tile)));
}
