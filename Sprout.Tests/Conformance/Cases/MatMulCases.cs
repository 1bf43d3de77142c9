// Cases of the products.
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Tests.Conformance.Cases;

internal static class MatMulCases
{
    // m, n, k: nothing, one, around register tiles, several cache blocks in each direction.
    private static readonly (int M, int N, int K)[] Shapes =
    [
        (0, 3, 3), (3, 0, 3), (3, 3, 0), (1, 1, 1), (1, 9, 7), (5, 1, 8), (3, 7, 31), (9, 8, 1), (7, 33, 9), (13, 31, 33),
        (31, 127, 9), (33, 17, 127), (65, 130, 70), (5, 3, 1023), (290, 70, 400), (2, 3100, 6), (1000, 7, 5),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. Shapes.SelectMany(OfShape),
        Linear<GeluTanh>(13, 33, 9, MaskKind.None, bias: true, keepZ: true),
        Linear<Relu>(13, 33, 9, MaskKind.None, bias: true, keepZ: true),
        Linear<Tanh>(13, 33, 9, MaskKind.None, bias: true, keepZ: true),
        // More of B than a backend may want to pack at a time.
        MatMul(3, 3000, 1200, transposeA: false, transposeB: true, MaskKind.Bits, accumulate: true),
        PackedLinear<Gelu>(3, 3000, 1200, MaskKind.Bits, bias: true),
        PackedLinear<Identity>(3000, 40, 400, MaskKind.None, bias: true),
        .. Shapes.SelectMany(shape => new[] { 0, 0.04, 0.3 }.Select(density => PackMatrix(shape.M, shape.N, shape.K, density))),
        .. Shapes.SelectMany(shape => new[] { 0, 0.04, 1 }.Select(density => PackQuantized(shape.M, shape.N, shape.K, density))),
        .. Shapes.SelectMany(shape => new[] { MaskKind.Bits, MaskKind.Gates }.Select(mask => PackSparse(shape.M, shape.N, shape.K, mask))),
    ];

    private static IEnumerable<KernelCase> OfShape((int M, int N, int K) shape)
    {
        (int m, int n, int k) = shape;
        foreach (MaskKind mask in Enum.GetValues<MaskKind>())
        {
            foreach (bool transposeA in new[] { false, true })
                foreach (bool transposeB in new[] { false, true })
                    foreach (bool accumulate in new[] { false, true }) yield return MatMul(m, n, k, transposeA, transposeB, mask, accumulate);
            yield return Linear<Identity>(m, n, k, mask, bias: false, keepZ: false);
            yield return Linear<Identity>(m, n, k, mask, bias: true, keepZ: true);
            yield return Linear<Gelu>(m, n, k, mask, bias: true, keepZ: true);
            yield return Linear<Gelu>(m, n, k, mask, bias: true, keepZ: false);
            yield return PackedLinear<Identity>(m, n, k, mask, bias: false);
            yield return PackedLinear<Gelu>(m, n, k, mask, bias: true);
            yield return Pack(n, k, mask);
            yield return PackedMatMul(m, n, k, mask, accumulate: true);
        }
    }

    // A sum of k products of standard normal numbers.
    private static KernelCase MatMul(int m, int n, int k, bool transposeA, bool transposeB, MaskKind mask, bool accumulate) =>
        new(nameof(IBackend.MatMul), $"m {m} n {n} k {k}, transpose {transposeA} {transposeB}, mask {mask}, accumulate {accumulate}", run =>
        {
            Tensor a = transposeA ? run.Source(k, m) : run.Source(m, k);
            Tensor b = transposeB ? run.Source(n, k) : run.Source(k, n);
            Tensor c = run.Destination("c", Tolerance.Sum(k), new Shape(m, n), accumulate);
            run.Backend.MatMul(a, transposeA, b, transposeB, run.RandomMask(mask, b.Shape), c, accumulate);
        });

    // A sum of k products and a bias; no activation is steeper than 1.13 or adds more than a few roundings.
    private static KernelCase Linear<TActivation>(int rows, int n, int k, MaskKind mask, bool bias, bool keepZ) where TActivation : struct, IPointwise =>
        new(nameof(IBackend.Linear), $"{typeof(TActivation).Name} T {rows} N {n} K {k}, mask {mask}, bias {bias}, z {keepZ}", run =>
        {
            Tensor x = run.Source(rows, k), w = run.Source(n, k);
            Tensor? z = keepZ ? run.Destination("z", Tolerance.Sum(k), rows, n) : null;
            Tensor y = run.Destination("y", Tolerance.Sum(k, size: 2), rows, n);
            run.Backend.Linear<TActivation>(x, w, run.RandomMask(mask, w.Shape), bias ? run.Source(n) : null, z, y);
        });

    private static KernelCase PackedLinear<TActivation>(int rows, int n, int k, MaskKind mask, bool bias) where TActivation : struct, IPointwise =>
        new(nameof(IBackend.PackedLinear), $"{typeof(TActivation).Name} T {rows} N {n} K {k}, mask {mask}, bias {bias}", run =>
        {
            Tensor x = run.Source(rows, k), w = run.Source(n, k), y = run.Destination("y", Tolerance.Sum(k, size: 2), rows, n);
            using WeightLayout packed = run.Backend.Pack(w, run.RandomMask(mask, w.Shape));
            run.Backend.PackedLinear<TActivation>(x, packed, bias ? run.Source(n) : null, y);
        });

    private static KernelCase PackedMatMul(int rows, int n, int k, MaskKind mask, bool accumulate) =>
        new(nameof(IBackend.PackedMatMul), $"T {rows} N {n} K {k}, mask {mask}, accumulate {accumulate}", run =>
        {
            Tensor x = run.Source(rows, k), w = run.Source(n, k), y = run.Destination("y", Tolerance.Sum(k), new Shape(rows, n), accumulate);
            using WeightLayout packed = run.Backend.Pack(w, run.RandomMask(mask, w.Shape));
            run.Backend.PackedMatMul(x, packed, y, accumulate);
        });

    // A weight that was never dense.
    private static KernelCase PackMatrix(int rows, int n, int k, double density) => new(nameof(IBackend.Pack), $"T {rows} N {n} K {k}, {density}", run =>
    {
        Tensor x = run.Source(rows, k), bias = run.Source(n);
        using WeightLayout packed = run.Backend.Pack(SparseOf(n, k, density));
        run.Backend.PackedLinear<Gelu>(x, packed, bias, run.Destination("y", Tolerance.Sum(k, size: 2), rows, n));
        run.Backend.PackedMatMul(x, packed, run.Destination("sum", Tolerance.Sum(k), new Shape(rows, n), accumulate: true), accumulate: true);
    });

    // Sums of integers are exact; what remains are the roundings of a product of scales, the bias and the activation.
    private static KernelCase PackQuantized(int rows, int n, int k, double density) =>
        new(nameof(IBackend.PackQuantized), $"T {rows} N {n} K {k}, {density}", run =>
        {
            Tensor x = run.Source(rows, k), bias = run.Source(n);
            using WeightLayout packed = run.Backend.PackQuantized(Quantized(n, k, density));
            run.Backend.PackedLinear<Gelu>(x, packed, bias, run.Destination("y", Tolerance.Formula, rows, n));
            run.Backend.PackedLinear<Identity>(x, packed, null, run.Destination("product", Tolerance.Exact, rows, n));
            run.Backend.PackedMatMul(x, packed, run.Destination("sum", Tolerance.Formula, new Shape(rows, n), accumulate: true), accumulate: true);
        });

    private static QuantizedMatrix Quantized(int n, int k, double density)
    {
        var random = new Random(n + k);
        sbyte[] values = [.. Enumerable.Range(0, n * k).Select(_ => random.NextDouble() < density ? (sbyte)random.Next(-127, 128) : (sbyte)0)];
        return new QuantizedMatrix(new Shape(n, k), values, [.. Enumerable.Range(0, n).Select(_ => random.NextSingle() / 1000)]);
    }

    // A backend that would not gain says so; its dense products stand in.
    private static KernelCase PackSparse(int rows, int n, int k, MaskKind mask) => new(nameof(IBackend.PackSparse), $"T {rows} N {n} K {k}, {mask}", run =>
    {
        var dense = new float[n * k];
        SparseOf(n, k, 0.2).CopyTo(dense);
        Tensor x = run.Source(rows, k), dy = run.Source(rows, n), w = run.Source(new Shape(n, k), dense);
        Tensor y = run.Destination("y", Tolerance.Sum(k), rows, n), dx = run.Destination("dx", Tolerance.Sum(n), new Shape(rows, k), accumulate: true);
        Mask kept = run.RandomMask(mask, w.Shape)!;
        if (run.Backend.PackSparse(w, kept) is var (weight, transposed))
        {
            run.Backend.PackedMatMul(x, weight, y, accumulate: false);
            run.Backend.PackedMatMul(dy, transposed, dx, accumulate: true);
            weight.Dispose();
            transposed.Dispose();
            return;
        }

        run.Backend.MatMul(x, false, w, true, kept, y, accumulate: false);
        run.Backend.MatMul(dy, false, w, false, kept, dx, accumulate: true);
    });

    private static SparseMatrix SparseOf(int n, int k, double density)
    {
        var random = new Random(n + k);
        var (starts, columns, values) = (new int[n + 1], new List<int>(), new List<float>());
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < k; column++)
            {
                if (random.NextDouble() >= density) continue;
                columns.Add(column);
                values.Add(random.NextSingle() - 0.5f);
            }

            starts[row + 1] = columns.Count;
        }

        return new SparseMatrix(new Shape(n, k), starts, [.. columns], [.. values]);
    }

    // One packed weight serves batches of any number of rows.
    private static KernelCase Pack(int n, int k, MaskKind mask) => new(nameof(IBackend.Pack), $"N {n} K {k}, mask {mask}", run =>
    {
        Tensor w = run.Source(n, k);
        using WeightLayout packed = run.Backend.Pack(w, run.RandomMask(mask, w.Shape));
        foreach (int rows in new[] { 1, 40, 3 })
            run.Backend.PackedLinear<Identity>(run.Source(rows, k), packed, null, run.Destination($"y {rows}", Tolerance.Sum(k, size: 2), rows, n));
    });
}
