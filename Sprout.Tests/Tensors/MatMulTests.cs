// Matrix products of the processor backend against a plain double loop.
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tests.Tensors;

public sealed class MatMulTests
{
    // Around the tile, panel, register and block sizes of every instruction set.
    private static readonly int[] Sizes = [0, 1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 33, 64, 65, 100, 129, 385];

    private const int Guard = 64;
    private const float Sentinel = 12345.5f;

    public enum MaskKind
    {
        None,
        Bits,
        Gates,
    }

    public static TheoryData<InstructionSet> InstructionSetsHere()
    {
        var data = new TheoryData<InstructionSet>();
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>())
            if (InstructionSets.IsSupported(set)) data.Add(set);
        return data;
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Products_of_many_sizes_equal_the_plain_sum(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(2, set);
        foreach (Case x in Cases(new Random(1), 300)) Check(backend, x);
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Products_of_several_blocks_and_pieces_equal_the_plain_sum(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(3, set);
        (int M, int N, int K)[] shapes = [(300, 290, 400), (500, 33, 385), (13, 700, 769), (1, 1000, 500), (6, 200, 1100), (130, 2, 600), (3, 200, 26_000)];
        int index = 0;
        foreach ((int m, int n, int k) in shapes)
            for (int layout = 0; layout < 4; layout++, index++)
                Check(backend, new Case(m, n, k, (layout & 1) != 0, (layout & 2) != 0, index % 2 == 0, (MaskKind)(index % 3), index));
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Linear_equals_the_plain_sum_with_every_choice_of_what_to_keep(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(2, set);
        (int M, int N, int K)[] shapes =
        [
            (1, 2, 384), (33, 2, 129), (100, 65, 17), (3, 385, 64), (16, 31, 0), (0, 5, 3), (5, 0, 3), (160, 100, 400), (40, 130, 500),
        ];
        int seed = 0;
        foreach ((int m, int n, int k) in shapes)
            for (int choice = 0; choice < 12; choice++, seed++)
            {
                var x = new Case(m, n, k, false, true, false, (MaskKind)(choice / 4), seed);
                CheckLinear<Gelu>(backend, x, (choice & 1) != 0, (choice & 2) != 0);
                CheckLinear<Identity>(backend, x, (choice & 1) != 0, (choice & 2) != 0);
            }
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void The_number_of_threads_does_not_change_a_bit(InstructionSet set)
    {
        (int M, int N, int K)[] shapes = [(416, 384, 384), (37, 1000, 500), (2, 3000, 700), (700, 2, 384), (129, 129, 2000)];
        foreach ((int m, int n, int k) in shapes)
            for (int layout = 0; layout < 4; layout++)
            {
                var x = new Case(m, n, k, (layout & 1) != 0, (layout & 2) != 0, true, MaskKind.Bits, layout);
                float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
                {
                    using IBackend backend = CpuBackend.Open(threads, set);
                    using var operands = new Operands(backend, x);
                    backend.MatMul(operands.A, x.TransposeA, operands.B, x.TransposeB, operands.Mask, operands.C, x.Accumulate);
                    return operands.Padded.ToArray();
                })];
                results[1].AsSpan().SequenceEqual(results[0]).Should().BeTrue($"2 threads, {x}");
                results[2].AsSpan().SequenceEqual(results[0]).Should().BeTrue($"3 threads, {x}");
            }
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void A_packed_weight_gives_the_bits_of_the_product_that_packs_it_itself(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(2, set);
        // The last one has more of the weight than is packed at a time.
        (int M, int N, int K, MaskKind Mask)[] shapes =
        [
            (97, 65, 385, MaskKind.None), (130, 700, 400, MaskKind.Bits), (700, 130, 769, MaskKind.Gates), (1300, 1300, 6600, MaskKind.Bits),
        ];
        foreach ((int m, int n, int k, MaskKind mask) in shapes)
        {
            using var operands = new Operands(backend, new Case(m, n, k, false, true, false, mask, n));
            using Tensor y = Tensor.Rent(backend, new Shape(m, n));
            using WeightLayout packed = backend.Pack(operands.B, operands.Mask);
            backend.Linear<Gelu>(operands.A, operands.B, operands.Mask, null, null, operands.C);
            backend.PackedLinear<Gelu>(operands.A, packed, null, y);
            y.ToArray().AsSpan().SequenceEqual(operands.C.ToArray()).Should().BeTrue($"{m} x {n} x {k}, mask {mask}");
        }
    }

    [Fact]
    public void A_dropped_weight_does_not_spread_its_NaN()
    {
        using IBackend backend = CpuBackend.Open(1);
        using Tensor a = Tensor.From(backend, new Shape(1, 2), [1, 2]);
        using Tensor b = Tensor.From(backend, new Shape(1, 2), [float.NaN, 3]);
        using Tensor c = Tensor.Rent(backend, new Shape(1, 1));
        using Mask mask = Mask.OfBits(backend, b.Shape);
        backend.Upload([2, 0, 0, 0], mask.Bits!.Buffer, 0);
        backend.MatMul(a, false, b, true, mask, c, accumulate: false);
        c.Item().Should().Be(6);
    }

    [Fact]
    public void A_product_gives_its_scratch_memory_back_and_allocates_nothing()
    {
        using IBackend backend = CpuBackend.Open(2);
        using var operands = new Operands(backend, new Case(100, 129, 385, false, true, false, MaskKind.Bits, 1));
        long live = backend.LiveBytes;
        for (int i = 0; i < 50; i++) Run();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++) Run();
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        backend.LiveBytes.Should().Be(live);

        void Run() => backend.MatMul(operands.A, false, operands.B, true, operands.Mask, operands.C, accumulate: false);
    }

    private static IEnumerable<Case> Cases(Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int Size() => Sizes[random.Next(Sizes.Length)];
            yield return new Case(Size(), Size(), Size(), random.Next(2) == 0, random.Next(2) == 0, random.Next(2) == 0, (MaskKind)random.Next(3), i);
        }
    }

    private static void Check(IBackend backend, Case x)
    {
        using var operands = new Operands(backend, x);
        float[] before = operands.C.ToArray();
        backend.MatMul(operands.A, x.TransposeA, operands.B, x.TransposeB, operands.Mask, operands.C, x.Accumulate);
        Sum[] expected = operands.Expected();
        for (int i = 0; x.Accumulate && i < expected.Length; i++) expected[i] = expected[i].Plus(before[i]);
        Compare(operands.C, expected, x);
        CheckGuards(operands.Padded, x);
    }

    private static void CheckLinear<TActivation>(IBackend backend, Case x, bool keep, bool biased) where TActivation : struct, IPointwise
    {
        using var operands = new Operands(backend, x);
        float[] biases = [.. Enumerable.Range(0, x.N).Select(i => (i % 7) - 3f)];
        using Tensor bias = Tensor.From(backend, new Shape(x.N), biases);
        using Tensor paddedZ = Operands.Guarded(backend, operands.C.Shape, new float[operands.C.Count], out Tensor z);
        backend.Linear<TActivation>(operands.A, operands.B, operands.Mask, biased ? bias : null, keep ? z : null, operands.C);
        Sum[] expected = operands.Expected();
        for (int i = 0; biased && i < expected.Length; i++) expected[i] = expected[i].Plus(biases[i % x.N]);
        if (keep) Compare(z, expected, x);
        // |f'| ≤ 1.13 for GELU, whose own error is below 1e-6.
        Compare(operands.C, [.. expected.Select(s => new Sum(TActivation.Forward(new Scalar((float)s.Value)).Value, 1.2 * s.Error + 2e-6))], x);
        CheckGuards(operands.Padded, x);
        if (keep) CheckGuards(paddedZ, x);
    }

    private static void Compare(Tensor actual, Sum[] expected, Case x)
    {
        float[] values = actual.ToArray();
        for (int i = 0; i < values.Length; i++)
            if (!(Math.Abs(values[i] - expected[i].Value) <= expected[i].Error))
                Assert.Fail($"{x}: entry {i} is {values[i]}, expected {expected[i].Value} ± {expected[i].Error}.");
    }

    private static void CheckGuards(Tensor padded, Case x)
    {
        float[] values = padded.ToArray();
        for (int i = 0; i < Guard; i++)
            if (values[i] != Sentinel || values[^(i + 1)] != Sentinel) Assert.Fail($"{x}: wrote {i + 1} or more floats outside.");
    }

    public sealed record Case(int M, int N, int K, bool TransposeA, bool TransposeB, bool Accumulate, MaskKind Mask, int Seed);

    // A sum of products and the bound of its rounding error: γ = terms · 2⁻²⁴ times the sum of magnitudes holds for any order of summation (Higham 2002,
    // section 3.1).
    private readonly record struct Sum(double Value, double Error)
    {
        public static Sum Of(double value, double magnitudes, int terms) => new(value, magnitudes * (terms + 3) * 5.97e-8);

        public Sum Plus(double term) => new(Value + term, Error + ((Math.Abs(Value) + Math.Abs(term) + Error) * 1.2e-7));
    }

    private sealed class Operands : IDisposable
    {
        private readonly Case x;
        private readonly float[] a, b, factors;

        public Operands(IBackend backend, Case x)
        {
            this.x = x;
            var random = new Random(x.Seed);
            a = Values((long)x.M * x.K, random);
            b = Values((long)x.K * x.N, random);
            A = Tensor.From(backend, x.TransposeA ? new Shape(x.K, x.M) : new Shape(x.M, x.K), a);
            B = Tensor.From(backend, x.TransposeB ? new Shape(x.N, x.K) : new Shape(x.K, x.N), b);
            Padded = Guarded(backend, new Shape(x.M, x.N), Values((long)x.M * x.N, random), out Tensor c);
            C = c;
            factors = [.. b.Select(_ => x.Mask switch { MaskKind.None => 1f, MaskKind.Bits => random.Next(2), _ => random.NextSingle() })];
            Mask = MakeMask(backend);
        }

        public Tensor A { get; }

        public Tensor B { get; }

        public Mask? Mask { get; }

        public Tensor C { get; }

        public Tensor Padded { get; }

        public static Tensor Guarded(IBackend backend, Shape shape, float[] values, out Tensor inner)
        {
            var all = new float[values.Length + (2 * Guard)];
            Array.Fill(all, Sentinel);
            values.CopyTo(all, Guard);
            Tensor padded = Tensor.From(backend, new Shape(all.Length), all);
            inner = padded.Slice(Guard, shape);
            return padded;
        }

        public Sum[] Expected()
        {
            var sums = new Sum[x.M * x.N];
            for (int i = 0; i < x.M; i++)
                for (int j = 0; j < x.N; j++)
                {
                    double sum = 0, magnitudes = 0;
                    for (int p = 0; p < x.K; p++)
                    {
                        int at = x.TransposeB ? (j * x.K) + p : (p * x.N) + j;
                        double product = (double)a[x.TransposeA ? (p * x.M) + i : (i * x.K) + p] * b[at] * factors[at];
                        sum += product;
                        magnitudes += Math.Abs(product);
                    }

                    sums[(i * x.N) + j] = Sum.Of(sum, magnitudes, x.K);
                }

            return sums;
        }

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
            Mask?.Dispose();
            Padded.Dispose();
        }

        private static float[] Values(long count, Random random)
        {
            var values = new float[count];
            foreach (ref float value in values.AsSpan()) value = (random.NextSingle() * 2) - 1;
            return values;
        }

        private Mask? MakeMask(IBackend backend)
        {
            if (x.Mask == MaskKind.None) return null;
            if (x.Mask == MaskKind.Gates)
            {
                Mask gates = Sprout.Tensors.Mask.OfGates(backend, B.Shape);
                gates.Gates!.CopyFrom(factors);
                return gates;
            }

            Mask mask = Sprout.Tensors.Mask.OfBits(backend, B.Shape);
            var words = new uint[Sprout.Tensors.Mask.WordsOf(B.Count)];
            for (int i = 0; i < factors.Length; i++) words[i / 32] |= (uint)factors[i] << (i % 32);
            backend.Upload(System.Runtime.InteropServices.MemoryMarshal.AsBytes(words.AsSpan()), mask.Bits!.Buffer, 0);
            return mask;
        }
    }
}
