// Products with pruned weights: whatever form a weight is packed in, the bits are the dense product's.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Ops;

namespace Sprout.Tests.Tensors;

public sealed class SparseLinearTests
{
    // Rows of X around the tiles of every form; N and K around groups, slices and parts.
    private static readonly int[] Rows = [0, 1, 2, 3, 4, 5, 8, 9, 12, 13, 31, 32, 33, 65, 97];
    private static readonly (double Density, int Rows, int Columns)[] Patterns =
        [(0, 1, 1), (0.02, 1, 1), (0.2, 1, 1), (0.1, 16, 1), (0.6, 16, 1), (0.3, 16, 16)];

    private static readonly (int N, int K)[] Weights = [(5, 3), (17, 40), (48, 385), (130, 800), (520, 100), (33, 1153), (1, 16), (16, 1)];

    public static TheoryData<InstructionSet> InstructionSetsHere => MatMulTests.InstructionSetsHere();

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Every_form_gives_the_bits_of_the_dense_product(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(2, set);
        var forms = new HashSet<string>();
        int seed = 0;
        foreach ((int n, int k) in Weights)
            foreach ((double density, int rows, int columns) in Patterns)
            {
                float[] values = Pruned(n, k, density, rows, columns, ++seed);
                using Tensor w = Tensor.From(backend, new Shape(n, k), values);
                using WeightLayout packed = backend.Pack(w, null), unmade = backend.Pack(Compressed(n, k, values));
                unmade.GetType().Should().Be(packed.GetType());
                forms.Add(packed.GetType().Name);
                foreach (int m in Rows) Check(backend, w, packed, unmade, m, seed);
            }

        forms.Should().BeEquivalentTo("PanelLayout", "VectorBlockLayout", "EntriesLayout");
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void The_number_of_threads_does_not_change_a_bit(InstructionSet set)
    {
        foreach ((int rows, double density) in ((int, double)[])[(1, 0.1), (16, 0.1)])
            foreach (int m in (int[])[1, 7, 40, 1000])
            {
                const int n = 400, k = 900;
                float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
                {
                    using IBackend backend = CpuBackend.Open(threads, set);
                    using Tensor w = Tensor.From(backend, new Shape(n, k), Pruned(n, k, density, rows, 1, 5));
                    using Tensor x = Random(backend, m, k), y = Tensor.Rent(backend, new Shape(m, n));
                    using WeightLayout packed = backend.Pack(w, null);
                    backend.PackedLinear<Gelu>(x, packed, null, y);
                    return y.ToArray();
                })];
                results[1].Should().Equal(results[0], $"2 threads, {m} rows");
                results[2].Should().Equal(results[0], $"3 threads, {m} rows");
            }
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Masks_are_part_of_the_weight(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(2, set);
        const int n = 100, k = 500, m = 120;
        using Tensor w = Random(backend, n, k), x = Random(backend, m, k), kept = Tensor.From(backend, new Shape(n, k), Pruned(n, k, 0.1, 1, 1, 3));
        using Tensor expected = Tensor.Rent(backend, new Shape(m, n)), y = Tensor.Rent(backend, new Shape(m, n));
        using Mask bits = Mask.OfBits(backend, w.Shape), gates = Mask.OfGates(backend, w.Shape);
        backend.Map<Relu>(kept, kept);
        backend.Threshold(kept, 0, 0, bits.Bits!);
        backend.Copy(kept, gates.Gates!);
        foreach (Mask mask in (Mask[])[bits, gates])
        {
            using WeightLayout packed = backend.Pack(w, mask);
            packed.GetType().Name.Should().Be("EntriesLayout");
            backend.Linear<Identity>(x, w, mask, null, null, expected);
            backend.PackedLinear<Identity>(x, packed, null, y);
            y.ToArray().Should().Equal(expected.ToArray());
        }
    }

    [Fact]
    public void A_weight_that_is_not_a_number_is_not_taken_for_a_zero()
    {
        using IBackend backend = CpuBackend.Open(1);
        float[] values = Pruned(40, 40, 0.05, 1, 1, 1);
        values[5 * 40] = float.NaN;
        using Tensor w = Tensor.From(backend, new Shape(40, 40), values), x = Random(backend, 2, 40), y = Tensor.Rent(backend, new Shape(2, 40));
        using WeightLayout packed = backend.Pack(w, null);
        backend.PackedLinear<Identity>(x, packed, null, y);
        float.IsNaN(y.ToArray()[5]).Should().BeTrue();
    }

    [Fact]
    public void A_sparse_form_reads_fewer_bytes_and_gives_its_memory_back()
    {
        using IBackend backend = CpuBackend.Open(2);
        using Tensor w = Tensor.From(backend, new Shape(768, 768), Pruned(768, 768, 0.1, 1, 1, 1)), x = Random(backend, 40, 768);
        using Tensor y = Tensor.Rent(backend, new Shape(40, 768));
        long live = backend.LiveBytes;
        using (WeightLayout packed = backend.Pack(w, null))
        {
            packed.Bytes.Should().BeLessThan(768 * 768 * sizeof(float) / 3);
            backend.PackedLinear<Identity>(x, packed, null, y);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) backend.PackedLinear<Identity>(x, packed, null, y);
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        }

        backend.LiveBytes.Should().Be(live);
    }

    [Fact]
    public void A_sparse_matrix_of_parts_that_contradict_each_other_is_refused()
    {
        var shape = new Shape(2, 3);
        FluentActions.Invoking(() => new SparseMatrix(shape, [0, 1], [0], [1f])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new SparseMatrix(shape, [0, 2, 1], [0], [1f])).Should().Throw<ArgumentException>().WithMessage("*row 0*");
        FluentActions.Invoking(() => new SparseMatrix(shape, [0, 2, 2], [1, 1], [1f, 2f]))
            .Should().Throw<ArgumentException>().WithMessage("*column 1 after 1*");
        FluentActions.Invoking(() => new SparseMatrix(shape, [0, 1, 1], [3], [1f])).Should().Throw<ArgumentException>().WithMessage("*column 3*");
        FluentActions.Invoking(() => new SparseMatrix(new Shape(6), [0, 1], [3], [1f])).Should().Throw<ArgumentException>().WithMessage("*[N, K]*");
        var dense = new float[6];
        new SparseMatrix(shape, [0, 1, 2], [2, 0], [5f, 6f]).CopyTo(dense);
        dense.Should().Equal(0, 0, 5, 6, 0, 0);
    }

    // The dense product of few rows may go another way; that of many does not, and rows do not depend on each other.
    private static void Check(IBackend backend, Tensor w, WeightLayout packed, WeightLayout unmade, int m, int seed)
    {
        int n = w.Shape[0], k = w.Shape[1];
        const int many = 97;
        using Tensor bias = Random(backend, 1, n), x = Random(backend, many, k), expected = Tensor.Rent(backend, new Shape(many, n));
        backend.Linear<Gelu>(x, w, null, bias, null, expected);
        foreach (WeightLayout layout in (WeightLayout[])[packed, unmade])
        {
            using Tensor y = Tensor.Rent(backend, new Shape(m, n)), some = x.Slice(0, new Shape(m, k));
            backend.PackedLinear<Gelu>(some, layout, bias, y);
            float[] actual = y.ToArray(), wanted = expected.ToArray()[..(m * n)];
            // Products of few outputs are dot products, which add up otherwise.
            if (n > 4) actual.AsSpan().SequenceEqual(wanted).Should().BeTrue($"weight {seed} {w.Shape}, {layout.GetType().Name}, {m} rows");
            else actual.Zip(wanted).All(pair => Math.Abs(pair.First - pair.Second) < 1e-5f).Should().BeTrue($"weight {seed} {w.Shape}, {m} rows");
        }
    }

    private static Tensor Random(IBackend backend, int rows, int columns)
    {
        var random = new Random(rows + columns);
        return Tensor.From(backend, new Shape(rows, columns), [.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f)]);
    }

    private static float[] Pruned(int n, int k, double density, int rows, int columns, int seed)
    {
        var random = new Random(seed);
        var kept = new Dictionary<(int, int), bool>();
        var values = new float[n * k];
        for (int i = 0; i < values.Length; i++)
        {
            (int, int) block = (i / k / rows, i % k / columns);
            if (!kept.TryGetValue(block, out bool keep)) kept[block] = keep = random.NextDouble() < density;
            values[i] = keep ? random.NextSingle() - 0.5f : 0f;
        }

        return values;
    }

    private static SparseMatrix Compressed(int n, int k, float[] values)
    {
        int[] kept = [.. Enumerable.Range(0, values.Length).Where(i => values[i] != 0)];
        int[] starts = [.. Enumerable.Range(0, n + 1).Select(row => kept.Count(i => i / k < row))];
        return new SparseMatrix(new Shape(n, k), starts, [.. kept.Select(i => i % k)], [.. kept.Select(i => values[i])]);
    }
}
