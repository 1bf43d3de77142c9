// Layer normalisation, plainly.
namespace Sprout.Tensors.Reference;

public sealed unsafe partial class ReferenceBackend
{
    /// <inheritdoc/>
    public void LayerNormForward(
        Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y)
    {
        int rows = x.Shape.Rows, columns = x.Shape.Columns;
        var sum = new double[columns];
        for (int t = 0; t < rows; t++)
        {
            long row = (long)t * columns;
            for (int j = 0; j < columns; j++)
                sum[j] = (residual is null ? 0 : residual.Pointer[row + j]) + Drop(x.Pointer[row + j], dropout, row + j);

            double average = sum.Sum() / columns;
            double variance = sum.Sum(value => (value - average) * (value - average)) / columns;
            double scale = 1 / Math.Sqrt(variance + epsilon);
            for (int j = 0; j < columns; j++)
            {
                if (s is not null) s.Pointer[row + j] = (float)sum[j];
                y.Pointer[row + j] = (float)(((sum[j] - average) * scale * gamma.Pointer[j]) + beta.Pointer[j]);
            }

            if (mean is not null) mean.Pointer[t] = (float)average;
            if (rstd is not null) rstd.Pointer[t] = (float)scale;
        }
    }

    /// <inheritdoc/>
    public void LayerNormBackward(
        Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual,
        Tensor dgamma, Tensor dbeta)
    {
        int rows = s.Shape.Rows, columns = s.Shape.Columns;
        double[] sumGamma = ToDoubles(dgamma), sumBeta = ToDoubles(dbeta);
        double[] normal = new double[columns], g = new double[columns];
        for (int t = 0; t < rows; t++)
        {
            long row = (long)t * columns;
            double meanG = 0, meanGNormal = 0;
            for (int j = 0; j < columns; j++)
            {
                normal[j] = ((double)s.Pointer[row + j] - mean.Pointer[t]) * rstd.Pointer[t];
                g[j] = (double)dy.Pointer[row + j] * gamma.Pointer[j];
                meanG += g[j] / columns;
                meanGNormal += g[j] * normal[j] / columns;
                sumGamma[j] += dy.Pointer[row + j] * normal[j];
                sumBeta[j] += dy.Pointer[row + j];
            }

            for (int j = 0; j < columns; j++)
            {
                double ds = rstd.Pointer[t] * (g[j] - meanG - (normal[j] * meanGNormal));
                dx.Pointer[row + j] = (float)Drop(ds, dropout, row + j);
                if (dResidual is null) continue;
                double before = accumulateResidual ? dResidual.Pointer[row + j] : 0;
                dResidual.Pointer[row + j] = (float)(before + ds);
            }
        }

        for (int j = 0; j < columns; j++)
        {
            dgamma.Pointer[j] = (float)sumGamma[j];
            dbeta.Pointer[j] = (float)sumBeta[j];
        }
    }
}
