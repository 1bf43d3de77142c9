namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// The layout of one operand of a product, seen as [rows, depths] with the depth being summed over: where an entry lies, and in which order threads load a tile
/// so that neighbours read neighbours.
/// </summary>
internal interface IOperand
{
    /// <summary>Where an entry lies.</summary>
    static abstract int Entry(int row, int depth, int rows, int depths);

    /// <summary>The row within a tile of its i-th load.</summary>
    static abstract int RowOf(int i, int tileRows, int tileDepths);

    /// <summary>The depth within a tile of its i-th load.</summary>
    static abstract int DepthOf(int i, int tileRows, int tileDepths);

    /// <summary>How far apart the neighbours in memory lie in a tile that is stored by depth, with the given length of a line.</summary>
    static abstract int Step(int line);
}

/// <summary>Neighbours in memory differ in depth: a as it is, b transposed.</summary>
internal readonly struct DepthInside : IOperand
{
    public static int Entry(int row, int depth, int rows, int depths) => (row * depths) + depth;

    public static int RowOf(int i, int tileRows, int tileDepths) => i / tileDepths;

    public static int DepthOf(int i, int tileRows, int tileDepths) => i % tileDepths;

    public static int Step(int line) => line;
}

/// <summary>Neighbours in memory differ in their row: a transposed, b as it is.</summary>
internal readonly struct RowInside : IOperand
{
    public static int Entry(int row, int depth, int rows, int depths) => (depth * rows) + row;

    public static int RowOf(int i, int tileRows, int tileDepths) => i % tileRows;

    public static int DepthOf(int i, int tileRows, int tileDepths) => i / tileRows;

    public static int Step(int line) => 1;
}
