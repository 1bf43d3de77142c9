using ILGPU;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Device side of layer normalisation with its residual and dropout, one group a row; formulas at <see cref="IBackend"/>.</summary>
internal static class LayerNormKernels
{
    /// <summary>The optional tensors of the forward kernel; a flag says whether one is there.</summary>
    internal struct ForwardOptions
    {
        public ArrayView<float> Residual, S, Mean, Rstd;
        public int HasResidual, HasS, HasMean, HasRstd;
    }

    public static void Forward(
        ArrayView<float> x, ForwardOptions options, DropoutPlace dropout, ArrayView<float> gamma, ArrayView<float> beta, float epsilon, ArrayView<float> y,
        int columns)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int row = Grid.IdxX, first = row * columns;
        // y holds s until the statistics are known.
        float sum = 0f;
        for (int j = Group.IdxX; j < columns; j += Group.DimX)
        {
            float s = dropout.Apply(x[first + j], first + j);
            if (options.HasResidual != 0) s += options.Residual[first + j];
            y[first + j] = s;
            sum += s;
        }

        Reduce.Sum(shared, sum);
        float mean = shared[0] / columns, squares = 0f;
        for (int j = Group.IdxX; j < columns; j += Group.DimX)
        {
            float deviation = y[first + j] - mean;
            squares += deviation * deviation;
        }

        Reduce.Sum(shared, squares);
        float rstd = 1f / MathF.Sqrt((shared[0] / columns) + epsilon);
        for (int j = Group.IdxX; j < columns; j += Group.DimX)
        {
            float s = y[first + j];
            if (options.HasS != 0) options.S[first + j] = s;
            y[first + j] = ((s - mean) * rstd * gamma[j]) + beta[j];
        }

        if (Group.IdxX != 0) return;
        if (options.HasMean != 0) options.Mean[row] = mean;
        if (options.HasRstd != 0) options.Rstd[row] = rstd;
    }

    public static void Backward(
        ArrayView<float> s, ArrayView<float> mean, ArrayView<float> rstd, ArrayView<float> gamma, ArrayView<float> dy, DropoutPlace dropout,
        ArrayView<float> dx, ArrayView<float> dResidual, int residualMode, int columns)
    {
        ArrayView<float> shared = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int row = Grid.IdxX, first = row * columns;
        float average = mean[row], scale = rstd[row], sum = 0f, sumNormal = 0f;
        for (int j = Group.IdxX; j < columns; j += Group.DimX)
        {
            float g = dy[first + j] * gamma[j];
            sum += g;
            sumNormal += g * ((s[first + j] - average) * scale);
        }

        Reduce.Sum(shared, sum);
        float meanG = shared[0] / columns;
        Reduce.Sum(shared, sumNormal);
        float meanGNormal = shared[0] / columns;
        for (int j = Group.IdxX; j < columns; j += Group.DimX)
        {
            float normal = (s[first + j] - average) * scale;
            float ds = scale * ((dy[first + j] * gamma[j]) - meanG - (normal * meanGNormal));
            dx[first + j] = dropout.Apply(ds, first + j);
            if (residualMode == ResidualOverwritten) dResidual[first + j] = ds;
            if (residualMode == ResidualAdded) dResidual[first + j] += ds;
        }
    }

    /// <summary>The gradient of the residual is not wanted.</summary>
    public const int NoResidual = 0;

    /// <summary>The gradient of the residual is written.</summary>
    public const int ResidualOverwritten = 1;

    /// <summary>The gradient of the residual is added to what is there.</summary>
    public const int ResidualAdded = 2;

    /// <summary>Σ dy ⊙ x̂ into gammas and Σ dy into betas, over the rows of each group as in <see cref="MatrixKernels.ColumnSum"/>.</summary>
    public static void Parameters(
        ArrayView<float> s, ArrayView<float> mean, ArrayView<float> rstd, ArrayView<float> dy, ArrayView<float> gammas, ArrayView<float> betas,
        int rows, int columns, int rowsOfGroup)
    {
        ArrayView<float> sharedGamma = SharedMemory.Allocate<float>(Reduce.MaxLanes), sharedBeta = SharedMemory.Allocate<float>(Reduce.MaxLanes);
        int lane = Group.IdxX, column = (Grid.IdxX * ColumnTile.Columns) + (lane % ColumnTile.Columns);
        int first = Grid.IdxY * rowsOfGroup, end = first + rowsOfGroup < rows ? first + rowsOfGroup : rows;
        float sumGamma = 0f, sumBeta = 0f;
        if (column < columns)
        {
            for (int row = first + (lane / ColumnTile.Columns); row < end; row += Group.DimX / ColumnTile.Columns)
            {
                float slope = dy[(row * columns) + column];
                sumGamma += slope * ((s[(row * columns) + column] - mean[row]) * rstd[row]);
                sumBeta += slope;
            }
        }

        ColumnTile.Sum(sharedGamma, sumGamma);
        ColumnTile.Sum(sharedBeta, sumBeta);
        if (lane >= ColumnTile.Columns || column >= columns) return;
        gammas[(Grid.IdxY * columns) + column] = sharedGamma[lane];
        betas[(Grid.IdxY * columns) + column] = sharedBeta[lane];
    }
}
