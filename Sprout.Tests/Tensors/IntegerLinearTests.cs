// Products in 8-bit integers: one arithmetic, to the bit, on every kind of processor.
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Cpu.Integers;
using Sprout.Tensors.IO.Coding;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Tensors;

[Collection("backends")]
public sealed class IntegerLinearTests
{
    // Rows of X around tiles and pieces; N and K around groups, blocks and what is quantised at once.
    private static readonly int[] Rows = [0, 1, 2, 3, 4, 5, 8, 9, 33];
    private static readonly (int N, int K)[] Weights = [(5, 3), (1, 1), (16, 4), (17, 40), (48, 385), (130, 67), (33, 1153), (16, 1), (3, 0)];
    private static readonly (double Density, int Rows, int Columns)[] Patterns = [(0, 1, 1), (0.02, 1, 1), (0.3, 16, 4), (1, 1, 1)];

    public static TheoryData<InstructionSet> InstructionSetsHere => MatMulTests.InstructionSetsHere();

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Every_instruction_set_gives_the_bits_of_the_formula(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(2, set), reference = new ReferenceBackend();
        int seed = 0;
        foreach ((int n, int k) in Weights)
            foreach ((double density, int rows, int columns) in Patterns)
            {
                QuantizedMatrix w = Quantizer.Quantize(new Shape(n, k), Pruned(n, k, density, rows, columns, ++seed));
                foreach (int m in Rows)
                {
                    float[] x = Normal(m * k, seed);
                    Bits(Product(backend, w, x, m)).Should().Equal(Bits(Product(reference, w, x, m)), $"weight {seed} {w.Shape}, {m} rows");
                }
            }
    }

    // The largest inputs meet the largest weights: whatever adds up in 16 bits, or too much in 32, would show.
    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void Sums_are_exact_at_the_extremes(InstructionSet set)
    {
        using IBackend backend = CpuBackend.Open(1, set);
        foreach ((int k, int weight) in ((int, int)[])[(QuantizedMatrix.MostColumns, -128), (QuantizedMatrix.MostColumns, 127), (4096, 127), (7, -128)])
        {
            var shape = new Shape(17, k);
            sbyte[] values = new sbyte[shape.Count];
            Array.Fill(values, (sbyte)weight);
            var w = new QuantizedMatrix(shape, values, [.. Enumerable.Repeat(0.5f, 17)]);
            // All of a row the same: 127 · (x ÷ 127) with a zero of 0, and of the negative one 0 with a zero of 127.
            float[] x = [.. Enumerable.Repeat(254f, k), .. Enumerable.Repeat(-254f, k), .. Enumerable.Repeat(254f, 3 * k)];
            float[] y = Product(backend, w, x, 5);
            float expected = 127 * k * weight;
            for (int row = 0; row < 5; row++)
                y[(row * 17)..((row + 1) * 17)].Should().OnlyContain(value => value == (row == 1 ? -expected : expected), $"K {k}, {weight}");
        }
    }

    [Fact]
    public void Blocks_are_added_in_16_bits_only_where_no_input_can_overflow_them()
    {
        sbyte[] Block(params (int Place, int Value)[] weights)
        {
            var block = new sbyte[64];
            foreach ((int place, int value) in weights) block[place] = (sbyte)value;
            return block;
        }

        const int most = short.MaxValue / 127;
        IntegerSteps.FitSixteenBits(Block((62, 127), (63, 127)), Block((62, most - 254), (63, -127))).Should().BeTrue();
        IntegerSteps.FitSixteenBits(Block((62, 127), (63, 127)), Block((62, most - 253), (63, -127))).Should().BeFalse();
        IntegerSteps.FitSixteenBits(Block((0, -127), (1, -127)), Block((0, 254 - most), (1, 127))).Should().BeTrue();
        IntegerSteps.FitSixteenBits(Block((0, -127), (1, -127)), Block((0, 253 - most), (1, 127))).Should().BeFalse();
        IntegerSteps.FitSixteenBits(Block((0, 127), (1, 127)), Block((2, 127), (3, 127))).Should().BeTrue("these are other sums");
    }

    [Theory]
    [MemberData(nameof(InstructionSetsHere))]
    public void The_number_of_threads_does_not_change_a_bit(InstructionSet set)
    {
        const int n = 400, k = 900;
        QuantizedMatrix w = Quantizer.Quantize(new Shape(n, k), Pruned(n, k, 0.4, 16, 4, 5));
        foreach (int m in (int[])[1, 7, 40, 700])
        {
            int[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
            {
                using IBackend backend = CpuBackend.Open(threads, set);
                return Bits(Product(backend, w, Normal(m * k, 1), m));
            })];
            results[1].Should().Equal(results[0], $"2 threads, {m} rows");
            results[2].Should().Equal(results[0], $"3 threads, {m} rows");
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_row_that_is_not_finite_has_outputs_that_are_none_and_leaves_others_alone(float bad)
    {
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>().Where(InstructionSets.IsSupported))
        {
            using IBackend backend = CpuBackend.Open(1, set);
            QuantizedMatrix w = Quantizer.Quantize(new Shape(20, 70), Pruned(20, 70, 0.2, 1, 1, 3));
            foreach (int place in (int[])[0, 31, 64, 69])
            {
                float[] x = Normal(6 * 70, 2), good = Product(backend, w, x, 6);
                x[(2 * 70) + place] = bad;
                float[] y = Product(backend, w, x, 6);
                y[40..60].Should().OnlyContain(value => float.IsNaN(value));
                Bits([.. y[..40], .. y[60..]]).Should().Equal(Bits([.. good[..40], .. good[60..]]));
            }
        }
    }

    [Fact]
    public void Rows_of_zeros_tiny_and_huge_values_are_finite()
    {
        using IBackend backend = CpuBackend.Open(1);
        var w = new QuantizedMatrix(new Shape(1, 2), [100, -50], [1f]);
        float[] y = Product(backend, w, [0, 0, 1e-40f, -1e-40f, float.MaxValue / 256, -float.MaxValue / 256, float.MaxValue, -float.MaxValue], 4);
        y[0].Should().Be(0);
        y[1].Should().BeApproximately(0, 1e-35f);
        (y[2] / (150f * (float.MaxValue / 256))).Should().BeApproximately(1, 0.01f);
        y[3].Should().Be(float.PositiveInfinity, "as the product of floats is");
    }

    // x is off by half a scale and a few roundings, each weight multiplies that, and nothing else is lost.
    [Fact]
    public void The_error_is_half_a_scale_of_each_input_at_most()
    {
        using IBackend backend = CpuBackend.Open(1);
        RequireBound(backend, Quantizer.Quantize(new Shape(96, 384), Pruned(96, 384, 1, 1, 1, 7)));
    }

    [SharedFact]
    public void The_error_is_as_small_with_the_weights_of_a_real_model()
    {
        using IBackend backend = CpuBackend.Open(1);
        using ModelSource source = ModelSource.Open(SharedData.PathOf("models", "all-MiniLM-L6-v2"));
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 1);
        foreach (Sprout.Autograd.Modules.Linear layer in model.Encoder.Layers[0].Prunable)
        {
            float[] values = source.Read(layer.Weight, model.EncoderPrefix);
            QuantizedMatrix w = Quantizer.Quantize(layer.Weight.Shape, values);
            w.PaysInIntegers.Should().BeTrue();
            RequireBound(backend, w);
        }
    }

    [Fact]
    public void A_packed_weight_takes_a_byte_a_weight_and_gives_its_memory_back()
    {
        using IBackend backend = CpuBackend.Open(2);
        using Tensor x = Tensor.From(backend, new Shape(40, 768), Normal(40 * 768, 1)), y = Tensor.Rent(backend, new Shape(40, 768));
        long live = backend.LiveBytes;
        QuantizedMatrix dense = Quantizer.Quantize(new Shape(768, 768), Normal(768 * 768, 2));
        QuantizedMatrix pruned = Quantizer.Quantize(new Shape(768, 768), Pruned(768, 768, 0.1, 16, 4, 2));
        foreach ((QuantizedMatrix w, double share) in ((QuantizedMatrix, double)[])[(dense, 1.1), (pruned, 0.12)])
        {
            using WeightLayout packed = backend.PackQuantized(w);
            packed.Bytes.Should().BeLessThan((long)(768 * 768 * share));
            backend.PackedLinear<Identity>(x, packed, null, y);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) backend.PackedLinear<Gelu>(x, packed, null, y);
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        }

        backend.LiveBytes.Should().Be(live);
    }

    [Theory]
    [InlineData(1, 1, 1, true)]
    [InlineData(0.1, 1, 1, false)]
    [InlineData(0.5, 1, 1, true)]
    [InlineData(0.1, 16, 1, false)]
    [InlineData(0.1, 16, 4, true)]
    [InlineData(0.1, 16, 16, true)]
    [InlineData(0, 1, 1, false)]
    public void Integers_pay_where_few_blocks_are_half_empty(double density, int rows, int columns, bool pays) =>
        Quantizer.Quantize(new Shape(250, 403), Pruned(250, 403, density, rows, columns, 1)).PaysInIntegers.Should().Be(pays);

    [Fact]
    public void Parts_that_contradict_each_other_are_refused()
    {
        FluentActions.Invoking(() => new QuantizedMatrix(new Shape(2, 3), new sbyte[5], new float[2])).Should().Throw<ArgumentException>().WithMessage("*5*");
        FluentActions.Invoking(() => new QuantizedMatrix(new Shape(2, 3), new sbyte[6], new float[3])).Should().Throw<ArgumentException>().WithMessage("*3*");
        FluentActions.Invoking(() => new QuantizedMatrix(new Shape(6), new sbyte[6], new float[1])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new QuantizedMatrix(new Shape(0, QuantizedMatrix.MostColumns + 1), [], []))
            .Should().Throw<ArgumentException>().WithMessage($"*{QuantizedMatrix.MostColumns}*");
    }

    private static void RequireBound(IBackend backend, QuantizedMatrix w)
    {
        const int m = 9;
        (int n, int k) = (w.Shape[0], w.Shape[1]);
        float[] x = Normal(m * k, 4), y = Product(backend, w, x, m);
        double worst = 0;
        for (int row = 0; row < m; row++)
        {
            float[] inputs = x[(row * k)..((row + 1) * k)];
            double scale = (inputs.Max() - inputs.Min()) / RowQuantization.Largest;
            for (int output = 0; output < n; output++)
            {
                double exact = 0, sum = 0;
                for (int i = 0; i < k; i++)
                {
                    double weight = (double)w.Scales.Span[output] * w.Values.Span[(output * k) + i];
                    (exact, sum) = (exact + (inputs[i] * weight), sum + Math.Abs(weight));
                }

                double error = Math.Abs(y[(row * n) + output] - exact) / (scale * sum);
                error.Should().BeLessThan(0.5001, $"row {row}, output {output}");
                worst = Math.Max(worst, error);
            }
        }

        worst.Should().BePositive("7 bits are not exact");
    }

    private static float[] Product(IBackend backend, QuantizedMatrix w, float[] x, int m)
    {
        using Tensor inputs = Tensor.From(backend, new Shape(m, w.Shape[1]), x), y = Tensor.Rent(backend, new Shape(m, w.Shape[0]));
        using WeightLayout packed = backend.PackQuantized(w);
        backend.PackedLinear<Identity>(inputs, packed, null, y);
        return y.ToArray();
    }

    private static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];

    private static float[] Normal(int count, int seed)
    {
        var random = new Sprout.Tensors.Random.RandomStream((ulong)seed, 1);
        return [.. Enumerable.Range(0, count).Select(_ => random.Normal())];
    }

    private static float[] Pruned(int n, int k, double density, int rows, int columns, int seed)
    {
        var random = new Sprout.Tensors.Random.RandomStream((ulong)seed, 2);
        var kept = new Dictionary<(int, int), bool>();
        var values = new float[n * k];
        for (int i = 0; i < values.Length; i++)
        {
            (int, int) block = (i / k / rows, i % k / columns);
            if (!kept.TryGetValue(block, out bool keep)) kept[block] = keep = random.NextDouble() < density;
            values[i] = keep ? random.Normal() : 0f;
        }

        return values;
    }
}
