// Rows of a table, plainly.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate)
    {
        int width = table.Shape.Columns;
        for (int t = 0; t < rows.Length; t++)
        {
            for (int j = 0; j < width; j++)
            {
                float before = accumulate ? y.Pointer[((long)t * width) + j] : 0;
                y.Pointer[((long)t * width) + j] = before + table.Pointer[((long)rows.Pointer[t] * width) + j];
            }
        }
    }

    /// <inheritdoc/>
    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable)
    {
        int width = dtable.Shape.Columns;
        double[] sums = ToDoubles(dtable);
        for (int t = 0; t < rows.Length; t++)
            for (int j = 0; j < width; j++) sums[((long)rows.Pointer[t] * width) + j] += dy.Pointer[((long)t * width) + j];
        for (int i = 0; i < sums.Length; i++) dtable.Pointer[i] = (float)sums[i];
    }
}
