// Softmax of rows, plainly.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void Softmax(Tensor x, Tensor y)
    {
        int columns = x.Shape.Columns;
        for (int row = 0; row < x.Shape.Rows; row++)
        {
            double[] logProbability = LogSoftmax(x, row * columns, (row + 1) * columns, 1);
            for (int j = 0; j < columns; j++) y.Pointer[((long)row * columns) + j] = (float)Math.Exp(logProbability[j]);
        }
    }

    /// <inheritdoc/>
    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, bool accumulate)
    {
        int columns = y.Shape.Columns;
        for (long first = 0; first < y.Count; first += columns)
        {
            double sum = 0;
            for (long i = first; i < first + columns; i++) sum += (double)y.Pointer[i] * dy.Pointer[i];
            for (long i = first; i < first + columns; i++)
            {
                double slope = y.Pointer[i] * (dy.Pointer[i] - sum);
                dx.Pointer[i] = (float)(accumulate ? dx.Pointer[i] + slope : slope);
            }
        }
    }
}
