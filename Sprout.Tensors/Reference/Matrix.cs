// What is done to a whole matrix, plainly.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void ColumnSum(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        for (int j = 0; j < columns; j++)
        {
            double sum = y.Pointer[j];
            for (int i = 0; i < rows; i++) sum += x.Pointer[((long)i * columns) + j];
            y.Pointer[j] = (float)sum;
        }
    }

    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) y.Pointer[(c * rows) + r] = x.Pointer[(r * columns) + c];
    }
}
