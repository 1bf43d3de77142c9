// Matrix transposition.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) y.Pointer[(c * rows) + r] = x.Pointer[(r * columns) + c];
    }
}
