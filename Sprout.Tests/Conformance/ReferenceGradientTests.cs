using Sprout.Tensors;
using Sprout.Tensors.Random;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Conformance;

/// <summary>
/// All backends are compared with the reference, so its backward kernels are compared with central differences of its forward kernels:
/// the loss Σ weight ⊙ forward(x) is evaluated at x ± step for every element of x.
/// </summary>
public sealed class ReferenceGradientTests : IDisposable
{
    private const float Step = 1e-2f;
    private const int Rows = 4, Columns = 6;

    private readonly ReferenceBackend backend = new();
    private readonly RandomStream random = new(seed: 3, stream: 4);

    public void Dispose() => backend.Dispose();

    [Fact]
    public void Layer_norm()
    {
        Tensor x = Random(Rows, Columns), gamma = Random(Columns), beta = Random(Columns), weight = Random(Rows, Columns);
        Tensor residual = Random(Rows, Columns), s = Zeros(Rows, Columns), mean = Zeros(Rows), rstd = Zeros(Rows), y = Zeros(Rows, Columns);
        Tensor dx = Zeros(Rows, Columns), dResidual = Zeros(Rows, Columns), dgamma = Zeros(Columns), dbeta = Zeros(Columns);
        double Loss()
        {
            backend.LayerNormForward(x, residual, KernelMenu.Dropout, gamma, beta, 1e-5f, s, mean, rstd, y);
            return Dot(weight, y);
        }

        Loss();
        backend.LayerNormBackward(s, mean, rstd, gamma, weight, KernelMenu.Dropout, dx, dResidual, accumulateResidual: true, dgamma, dbeta);
        Check(Loss, x, dx);
        Check(Loss, residual, dResidual);
        Check(Loss, gamma, dgamma);
        Check(Loss, beta, dbeta);
    }

    [Fact]
    public void Attention()
    {
        const int queries = 4, tokens = 7, heads = 2;
        Tensor q = Random(queries, Columns), k = Random(tokens, Columns), v = Random(tokens, Columns), weight = Random(queries, Columns);
        Tensor logSumExp = Zeros(queries, heads), context = Zeros(queries, Columns);
        Tensor dq = Zeros(queries, Columns), dk = Zeros(tokens, Columns), dv = Zeros(tokens, Columns);
        IntTensor queryOffsets = IntTensor.From(backend, [0, 3, 4]), offsets = IntTensor.From(backend, [0, 2, 7]);
        Dropout dropout = KernelMenu.Dropout with { Probability = 0.3f };
        double Loss()
        {
            backend.AttentionForward(q, k, v, queryOffsets, offsets, heads, dropout, logSumExp, context);
            return Dot(weight, context);
        }

        Loss();
        backend.AttentionBackward(q, k, v, context, logSumExp, weight, queryOffsets, offsets, heads, dropout, dq, dk, dv);
        Check(Loss, q, dq);
        Check(Loss, k, dk);
        Check(Loss, v, dv);
    }

    [Fact]
    public void Softmax()
    {
        Tensor x = Random(Rows, Columns), weight = Random(Rows, Columns), y = Zeros(Rows, Columns), dx = Zeros(Rows, Columns);
        double Loss()
        {
            backend.Softmax(x, y);
            return Dot(weight, y);
        }

        Loss();
        backend.SoftmaxBackward(y, weight, dx, accumulate: false);
        Check(Loss, x, dx);
    }

    [Fact]
    public void Losses()
    {
        Tensor x = Random(Columns), other = Random(Columns);
        IntTensor offsets = IntTensor.From(backend, [0, 2, Columns]), targets = IntTensor.From(backend, [1, 3]);
        CheckLoss(x, (loss, dx) => backend.CrossEntropy(x, offsets, targets, 0.7f, loss, dx));
        CheckLoss(x, (loss, dx) => backend.SoftCrossEntropy(x, other, offsets, 0.7f, loss, dx));
        CheckLoss(x, (loss, dx) => backend.BinaryCrossEntropy(x, other, 0.7f, loss, dx));
        CheckLoss(x, (loss, dx) => backend.Distillation(x, other, offsets, 2f, 0.7f, loss, dx));
        CheckLoss(x, (loss, dx) => backend.SquaredError(x, other, 0.7f, loss, dx));
        CheckLoss(x, (loss, dx) => backend.SigmoidPenalty(x, -1.6f, 1f, loss, 0, dx));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Hard_concrete_gates(float probability)
    {
        Tensor scores = Random(Columns), weight = Random(Columns), gates = Zeros(Columns), dscores = Zeros(Columns);
        Dropout noise = KernelMenu.Dropout with { Probability = probability };
        backend.HardConcreteBackward(scores, noise, weight, dscores);
        Check(Loss, scores, dscores);

        double Loss()
        {
            backend.HardConcrete(scores, noise, gates);
            return Dot(weight, gates);
        }
    }

    private void CheckLoss(Tensor x, Action<Tensor, Tensor?> kernel)
    {
        Tensor dx = Zeros(Columns);
        kernel(Zeros(1), dx);
        Check(Loss, x, dx);

        double Loss()
        {
            Tensor loss = Zeros(1);
            kernel(loss, null);
            return loss.Item();
        }
    }

    // The truncation error is about step² and the rounding of floats about 1e-7 / step: both stay below 1e-3.
    private static void Check(Func<double> loss, Tensor x, Tensor gradient)
    {
        float[] values = x.ToArray(), found = gradient.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            double slope = (At(i, Step) - At(i, -Step)) / (2 * Step);
            ((double)found[i]).Should().BeApproximately(slope, 2e-3 * (1 + Math.Abs(slope)), "element {0} of {1}", i, x.Shape);
        }

        double At(int i, float step)
        {
            float[] moved = [.. values];
            moved[i] += step;
            x.CopyFrom(moved);
            double value = loss();
            x.CopyFrom(values);
            return value;
        }
    }

    private Tensor Random(params ReadOnlySpan<int> extents)
    {
        var shape = new Shape(extents);
        return Tensor.From(backend, shape, Enumerable.Range(0, (int)shape.Count).Select(_ => random.Normal()).ToArray());
    }

    private Tensor Zeros(params ReadOnlySpan<int> extents) => Tensor.Zeros(backend, new Shape(extents));

    private static double Dot(Tensor a, Tensor b) => a.ToArray().Zip(b.ToArray(), (x, y) => (double)x * y).Sum();
}
