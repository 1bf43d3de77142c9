// Products of which little is kept: near the dense one, and the same bits whatever stands around.
using System.Runtime.InteropServices;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Tensors;

public sealed class SampledProductTests
{
    // Around pieces of 64 × 96, tiles of 64 and blocks of 512 values of k; rows without an entry and with all.
    private static readonly (int M, int N, int K)[] Shapes = [(1, 1, 64), (64, 96, 512), (65, 97, 513), (130, 50, 1100), (7, 300, 100), (300, 7, 65)];

    public static TheoryData<InstructionSet> InstructionSetsHere => MatMulTests.InstructionSetsHere();

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void It_is_the_dense_product_where_the_mask_keeps_and_zero_elsewhere(InstructionSet set)
    {
        foreach ((int m, int n, int k) in Shapes)
            foreach (double density in (double[])[0, 0.02, 0.2])
            {
                bool[] kept = Kept(m, n, density);
                double[] expected = Dense(m, n, k);
                float[] found = Product(set, 2, m, n, k, kept);
                for (int i = 0; i < found.Length; i++)
                {
                    if (kept[i]) ((double)found[i]).Should().BeApproximately(expected[i], 2e-6 * k, $"{m} × {n} × {k}, entry {i}");
                    else BitConverter.SingleToInt32Bits(found[i]).Should().Be(0, $"{m} × {n} × {k}, entry {i}");
                }
            }
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void An_entry_s_bits_depend_neither_on_threads_nor_on_what_else_is_kept(InstructionSet set)
    {
        foreach ((int m, int n, int k) in Shapes)
        {
            bool[] kept = Kept(m, n, 0.2), fewer = [.. kept.Select((bit, i) => bit && i % 3 == 0)];
            float[] one = Product(set, 1, m, n, k, kept), some = Product(set, 1, m, n, k, fewer);
            foreach (int threads in (int[])[2, 3]) Product(set, threads, m, n, k, kept).Should().Equal(one);
            some.Where((_, i) => fewer[i]).Should().Equal(one.Where((_, i) => fewer[i]));
        }
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Above_the_crossover_it_has_the_bits_of_the_dense_product(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(2, set);
        const int m = 70, n = 130, k = 200;
        using Tensor a = Random(backend, k, m, 1), b = Random(backend, k, n, 2), c = Tensor.Rent(backend, new Shape(m, n));
        backend.MatMul(a, true, b, false, null, c, accumulate: false);
        bool[] kept = Kept(m, n, 0.6);
        float[] expected = [.. c.ToArray().Select((value, i) => kept[i] ? value : 0)];
        Product(set, 2, m, n, k, kept).Should().Equal(expected);
    }

    // One row keeps all, which leaves a fifth below the crossover.
    private static bool[] Kept(int m, int n, double density)
    {
        var random = new RandomStream((ulong)(m + n), 1);
        bool[] kept = [.. Enumerable.Range(0, m * n).Select(_ => random.NextDouble() < density)];
        if (density > 0 && m >= 64) Array.Fill(kept, true, 3 * n, n);
        return kept;
    }

    private static float[] Product(InstructionSet set, int threads, int m, int n, int k, bool[] kept)
    {
        using IBackend backend = CpuBackend.Open(threads, set);
        using Tensor a = Random(backend, k, m, 1), b = Random(backend, k, n, 2), c = Tensor.Rent(backend, new Shape(m, n));
        using Mask mask = Mask.OfBits(backend, c.Shape);
        var words = new int[Mask.WordsOf(c.Count)];
        for (int i = 0; i < kept.Length; i++)
            if (kept[i]) words[i / 32] |= 1 << (i % 32);
        backend.Upload(MemoryMarshal.AsBytes<int>(words), mask.Bits!.Buffer, 0);
        backend.SampledMatMul(a, b, mask, c, accumulate: false);
        return c.ToArray();
    }

    private static double[] Dense(int m, int n, int k)
    {
        float[] a = Numbers(k * m, 1), b = Numbers(k * n, 2);
        return [.. Enumerable.Range(0, m * n).Select(i => Enumerable.Range(0, k).Sum(p => (double)a[(p * m) + (i / n)] * b[(p * n) + (i % n)]))];
    }

    private static Tensor Random(IBackend backend, int rows, int columns, ulong seed) =>
        Tensor.From(backend, new Shape(rows, columns), Numbers(rows * columns, seed));

    private static float[] Numbers(int count, ulong seed)
    {
        var random = new RandomStream(seed, 0);
        return [.. Enumerable.Range(0, count).Select(_ => random.Normal())];
    }
}
