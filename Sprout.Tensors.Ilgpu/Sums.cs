// Sums over all elements, and over the rows of a matrix: their launches, which families share.
using ILGPU;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tensors.Ilgpu;

public sealed partial class IlgpuBackend
{
    // Groups of a column sum that a multiprocessor should have, and the fewest rows of one.
    private const int ColumnGroupsWanted = 4, LeastRowsOfGroup = 32;

    // results[index] = scale · Σ of the terms, or += ….
    private void Sum<TTerm>(Tensor x, Tensor y, float parameter, Tensor results, int index, float scale, bool accumulate) where TTerm : struct, ITerm
    {
        int pieces = Divided(x.Count, SumKernels.Piece);
        using Tensor sums = Tensor.Rent(this, new Shape(pieces));
        if (pieces > 0) launcher.Run(SumKernels.Pieces<TTerm>, new KernelConfig(pieces, lanes), View(x), View(y), parameter, View(sums), CountOf(x));
        Total(sums, results, index, scale, accumulate);
    }

    private void Total(Tensor sums, Tensor results, int index, float scale, bool accumulate) =>
        launcher.Run(SumKernels.Total, new KernelConfig(1, lanes), View(sums), CountOf(sums), View(results), index, scale, Flag(accumulate));

    // A matrix of few columns would leave most of a large device idle, so several groups share a column's rows.
    private (KernelConfig Config, int RowsOfGroup, int Groups) ColumnGroups(int rows, int columns)
    {
        int across = Divided(columns, ColumnTile.Columns);
        int wanted = Math.Clamp(ColumnGroupsWanted * Math.Max(accelerator.NumMultiprocessors, 1) / across, 1, Divided(rows, LeastRowsOfGroup));
        int rowsOfGroup = Divided(rows, wanted), groups = Divided(rows, rowsOfGroup);
        return (new KernelConfig(new Index3D(across, groups, 1), new Index3D(lanes, 1, 1)), rowsOfGroup, groups);
    }

    private void AddGroups(Tensor sums, Tensor y) => launcher.Run(SumKernels.AddGroups, Elements(y.Count), View(sums), sums.Shape.Rows, View(y), CountOf(y));
}
