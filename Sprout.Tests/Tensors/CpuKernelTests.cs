// The processor's kernels against plain double loops, on every instruction set.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Tensors;

public class CpuKernelTests
{
    public static TheoryData<InstructionSet> Sets => CpuArena.InstructionSets;

    private static readonly Dropout Drop = new(0.2f, 0xDEADBEEF12345, 9);

    // Whole registers, tails, less than a register, more than a block of random words, more than a piece.
    private static readonly Shape[] Shapes = [new(5, 64), new(37, 77), new(3, 1), new(2, 300), new(90, 768), new(0, 8)];

    [Theory, MemberData(nameof(Sets))]
    public void Functions_are_as_accurate_as_they_say(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(1, set);
        Error<Exp>(backend, -87, 88, Math.Exp, relative: true).Should().BeLessThan(3e-7);
        Error<Log>(backend, 1e-30, 30, Math.Log, relative: true).Should().BeLessThan(3e-7);
        Error<Log>(backend, 0.9, 1.1, Math.Log, relative: true).Should().BeLessThan(3e-7);
        Error<Log>(backend, 1e-4, 1e-2, Math.Log, relative: true).Should().BeLessThan(3e-7);
        Error<Tanh>(backend, -10, 10, Math.Tanh, relative: true).Should().BeLessThan(5e-7);
        Error<Sigmoid>(backend, -30, 30, x => 1 / (1 + Math.Exp(-x)), relative: true).Should().BeLessThan(5e-7);
        Error<Gelu>(backend, -10, 10, x => x * Cdf(x), relative: false).Should().BeLessThan(5e-7);
        Error<GeluTanh>(backend, -4, 4, x => x / 2 * (1 + Math.Tanh(0.7978845608 * (x + (0.044715 * x * x * x)))), relative: false).Should().BeLessThan(1e-6);
    }

    [Theory, MemberData(nameof(Sets))]
    public void Functions_pass_a_NaN_on(InstructionSet set)
    {
        using var arena = new CpuArena(CpuBackend.Open(1, set));
        Tensor x = arena.Of(new Shape(1), [float.NaN]);
        arena.Backend.Map<Exp>(x, x);
        arena.Backend.Map<Relu>(x, x);
        arena.Backend.Map<Gelu>(x, x);
        x.Item().Should().Be(float.NaN);
    }

    [Theory, MemberData(nameof(Sets))]
    public void Elementwise_kernels(InstructionSet set)
    {
        foreach (Shape shape in Shapes)
        {
            using var arena = new CpuArena(CpuBackend.Open(2, set));
            IBackend b = arena.Backend;
            Tensor x = arena.Random(shape), y = arena.Random(shape), dy = arena.Random(shape), dx = arena.Random(shape), sum = arena.Random(new Shape(3));
            float[] x0 = x.ToArray(), y0 = y.ToArray(), g = dy.ToArray(), dx0 = dx.ToArray();
            b.AddScaled(x, 0.5f, y);
            Close(y, i => y0[i] + (0.5 * x0[i]));
            b.Map<Tanh>(x, y);
            b.MapBackward<Tanh>(x, y, dy, dx, accumulate: true);
            Close(dx, i => dx0[i] + (g[i] * (1 - Math.Pow(Math.Tanh(x0[i]), 2))));
            b.MapBackward<Gelu>(x, y, dy, dy, accumulate: false);
            Close(dy, i => g[i] * (Cdf(x0[i]) + (x0[i] * Math.Exp(-x0[i] * x0[i] / 2) / Math.Sqrt(2 * Math.PI))));
            b.ApplyDropout(x, Drop, y);
            Close(y, i => x0[i] * Kept(i));
            b.ApplyDropout(x, Dropout.None, y);
            Close(y, i => x0[i]);
            b.SumOfSquares(x, sum, 1);
            sum.ToArray()[1].Should().BeApproximately((float)x0.Sum(v => (double)v * v), 1e-6f * (1 + x0.Length));
            b.Fill(y, 3f);
            Close(y, _ => 3);
            b.Copy(x, y);
            Close(y, i => x0[i]);
            arena.Everything();
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void Layer_norm_and_column_sums(InstructionSet set)
    {
        foreach (Shape shape in Shapes)
            foreach (bool full in new[] { true, false })
            {
                using var arena = new CpuArena(CpuBackend.Open(2, set));
                int rows = shape.Rows, columns = shape.Columns;
                Tensor x = arena.Random(shape), residual = arena.Random(shape), gamma = arena.Random(new Shape(columns));
                Tensor beta = arena.Random(new Shape(columns));
                Tensor s = arena.Random(shape), mean = arena.Random(new Shape(rows)), rstd = arena.Random(new Shape(rows)), y = arena.Random(shape);
                Tensor dy = arena.Random(shape), dx = arena.Random(shape), dr = arena.Random(shape), dgamma = arena.Random(new Shape(columns));
                Tensor dbeta = arena.Random(new Shape(columns));
                Dropout dropout = full ? Drop : Dropout.None;
                float[] x0 = x.ToArray(), r0 = residual.ToArray(), g0 = gamma.ToArray(), b0 = beta.ToArray(), dy0 = dy.ToArray(), dr0 = dr.ToArray();
                float[] dgamma0 = dgamma.ToArray(), dbeta0 = dbeta.ToArray();
                double[] s0 = [.. x0.Select((v, i) => full ? (v * Kept(i)) + r0[i] : v)], normal = new double[x0.Length], ds = new double[x0.Length];
                double[] inverse = new double[rows];
                for (int row = 0; row < rows; row++)
                {
                    int[] at = [.. Enumerable.Range(row * columns, columns)];
                    double m = at.Average(i => s0[i]);
                    inverse[row] = 1 / Math.Sqrt(at.Average(i => (s0[i] - m) * (s0[i] - m)) + 1e-5);
                    foreach (int i in at) normal[i] = (s0[i] - m) * inverse[row];
                    double a = at.Average(i => dy0[i] * g0[i % columns]), c = at.Average(i => dy0[i] * g0[i % columns] * normal[i]);
                    foreach (int i in at) ds[i] = inverse[row] * ((dy0[i] * g0[i % columns]) - a - (normal[i] * c));
                }

                arena.Backend.LayerNormForward(x, full ? residual : null, dropout, gamma, beta, 1e-5f, s, mean, rstd, y);
                Close(y, i => (normal[i] * g0[i % columns]) + b0[i % columns], 1e-5);
                Close(rstd, i => inverse[i], 1e-5);
                arena.Backend.LayerNormForward(x, full ? residual : null, dropout, gamma, beta, 1e-5f, null, null, null, y);
                Close(y, i => (normal[i] * g0[i % columns]) + b0[i % columns], 1e-5);
                // One column has no variance, and its gradient is a difference of equal numbers.
                double tolerance = columns == 1 ? 1e-3 : 2e-5;
                arena.Backend.LayerNormBackward(s, mean, rstd, gamma, dy, dropout, dx, dr, full, dgamma, dbeta);
                Close(dx, i => full ? ds[i] * Kept(i) : ds[i], tolerance);
                Close(dr, i => full ? ds[i] + dr0[i] : ds[i], tolerance);
                Close(dgamma, j => dgamma0[j] + Enumerable.Range(0, rows).Sum(row => dy0[(row * columns) + j] * normal[(row * columns) + j]), 2e-5);
                Close(dbeta, j => dbeta0[j] + Enumerable.Range(0, rows).Sum(row => (double)dy0[(row * columns) + j]), 2e-5);
                arena.Backend.LayerNormBackward(s, mean, rstd, gamma, dy, dropout, dy, null, false, dgamma, dbeta);
                Close(dy, i => full ? ds[i] * Kept(i) : ds[i], tolerance);
                float[] before = dbeta.ToArray();
                arena.Backend.ColumnSum(x, dbeta);
                Close(dbeta, j => before[j] + Enumerable.Range(0, rows).Sum(row => (double)x0[(row * columns) + j]), 2e-5);
                arena.Everything();
            }
    }

    [Theory, MemberData(nameof(Sets))]
    public void Gather_and_scatter(InstructionSet set)
    {
        foreach (int columns in new[] { 1, 30, 64, 200 })
        {
            using var arena = new CpuArena(CpuBackend.Open(2, set));
            int[] at = [.. Enumerable.Range(0, 301).Select(t => t * 7 % 11)];
            Tensor table = arena.Random(new Shape(12, columns)), y = arena.Random(new Shape(at.Length, columns));
            IntTensor rows = arena.Ints(at);
            float[] table0 = table.ToArray(), y0 = y.ToArray();
            arena.Backend.Gather(table, rows, y, accumulate: true);
            Close(y, i => y0[i] + table0[(at[i / columns] * columns) + (i % columns)]);
            arena.Backend.Gather(table, rows, y, accumulate: false);
            y.ToArray().Should().Equal(Enumerable.Range(0, y0.Length).Select(i => table0[(at[i / columns] * columns) + (i % columns)]));
            y.CopyFrom(y0);
            arena.Backend.ScatterAdd(y, rows, table);
            var expected = (float[])table0.Clone();
            for (int i = 0; i < y0.Length; i++) expected[(at[i / columns] * columns) + (i % columns)] += y0[i];
            table.ToArray().Should().Equal(expected, "the order is that of t");
            arena.Everything();
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void AdamW_steps(InstructionSet set)
    {
        foreach (Shape shape in Shapes)
        {
            using var arena = new CpuArena(CpuBackend.Open(2, set));
            Tensor gradient = arena.Random(shape), w = arena.Random(shape), m = arena.Zeros(shape), v = arena.Zeros(shape);
            float[] g0 = gradient.ToArray(), w0 = w.ToArray();
            double[] expected = [.. w0.Select(x => (double)x)], m0 = new double[w0.Length], v0 = new double[w0.Length];
            for (int t = 1; t <= 5; t++)
            {
                var step = new AdamWStep(1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.5f, t);
                arena.Backend.AdamW(gradient, step, w, m, v);
                for (int i = 0; i < w0.Length; i++)
                {
                    double g = 0.5 * g0[i];
                    m0[i] = (0.9 * m0[i]) + (0.1 * g);
                    v0[i] = (0.999 * v0[i]) + (0.001 * g * g);
                    expected[i] = (expected[i] * (1 - 1e-3)) - (1e-2 * (m0[i] / (1 - Math.Pow(0.9, t))) / (Math.Sqrt(v0[i] / (1 - Math.Pow(0.999, t))) + 1e-8));
                }
            }

            Close(w, i => expected[i], 2e-6);
            arena.Everything();
        }
    }

    private static double Kept(long i)
    {
        (uint x0, uint x1, uint x2, uint x3) = Philox.Next(Drop.Key, (ulong)i / 4, Drop.Stream);
        uint word = (i % 4) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
        return word >= Drop.Threshold ? Drop.Scale : 0;
    }

    private static void Close(Tensor actual, Func<int, double> expected, double tolerance = 2e-6)
    {
        float[] values = actual.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            double e = expected(i);
            if (!(Math.Abs(values[i] - e) <= tolerance * (1 + Math.Abs(e))))
                values[i].Should().BeApproximately((float)e, (float)tolerance, "element {0} of {1}", i, actual.Shape);
        }
    }

    private static double Error<TOp>(IBackend backend, double low, double high, Func<double, double> exact, bool relative) where TOp : struct, IPointwise
    {
        const int Count = 200001;
        float[] x = [.. Enumerable.Range(0, Count).Select(i => (float)(low + ((high - low) * i / (Count - 1))))];
        using Tensor values = Tensor.From(backend, new Shape(Count), x);
        backend.Map<TOp>(values, values);
        return values.ToArray().Select((y, i) => Math.Abs(y - exact(x[i])) / (relative ? Math.Max(Math.Abs(exact(x[i])), 1e-30) : 1)).Max();
    }

    // Φ(x) by the series of erf near 0 and the continued fraction of erfc in the tails.
    private static double Cdf(double x)
    {
        double a = Math.Abs(x) / Math.Sqrt(2);
        if (a < 3)
        {
            double term = a, sum = a;
            for (int n = 1; n < 80; n++)
            {
                term *= -a * a / n;
                sum += term / ((2 * n) + 1);
            }

            return 0.5 + (Math.Sign(x) * sum / Math.Sqrt(Math.PI));
        }

        double fraction = 0;
        for (int n = 60; n > 0; n--) fraction = n / 2.0 / (a + fraction);
        double tail = Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction) / 2;
        return x > 0 ? 1 - tail : tail;
    }
}
