// Numbers of a sparse model file, to bytes and back.
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;
using Sprout.Tensors.Random;

namespace Sprout.Tests.IO;

public sealed class TensorCoderTests
{
    public static TheoryData<NumberFormat> Formats => [.. Enum.GetValues<NumberFormat>()];

    [Fact]
    public void Symbols_come_back_whatever_their_counts()
    {
        var random = new RandomStream(1, 0);
        foreach (int length in (int[])[0, 1, 2, 3, 100, 70_000])
        {
            foreach (int symbols in (int[])[1, 2, 15, 256])
            {
                byte[] source = [.. Enumerable.Range(0, length).Select(_ => (byte)Math.Min(random.NextInt(symbols), random.NextInt(symbols)))];
                byte[] coded = Coded(source);
                ReadOnlySpan<byte> rest = coded;
                var reader = new SymbolReader(ref rest, length, "test");
                foreach (byte symbol in source) reader.Next().Should().Be(symbol);
                reader.RequireEnd();
                rest.IsEmpty.Should().BeTrue();
                coded.Length.Should().BeGreaterThanOrEqualTo((length + 7) / 8);
            }
        }
    }

    [Fact]
    public void A_stream_is_hardly_longer_than_the_entropy_of_its_symbols()
    {
        var random = new RandomStream(2, 0);
        byte[] source = [.. Enumerable.Range(0, 200_000).Select(_ => (byte)(random.NextDouble() < 0.6 ? 0 : 1 + random.NextInt(8)))];
        double bits = source.CountBy(symbol => symbol).Sum(pair => -pair.Value * Math.Log2((double)pair.Value / source.Length));
        Coded(source).Length.Should().BeLessThan((int)((bits / 8) * 1.001) + 40);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Dense_rows_come_back_within_the_error_of_their_format(NumberFormat format)
    {
        const int columns = 96;
        float[] values = Normal(40 * columns, density: 1);
        var found = new float[values.Length];
        TensorCoder.DecodeDense(TensorCoder.EncodeDense(values, columns, format, "test"), columns, format, found, "test");
        RequireClose(values, found, columns, format);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Sparse_matrices_come_back_with_empty_rows_and_long_gaps(NumberFormat format)
    {
        foreach (double density in (double[])[0, 0.0005, 0.05, 0.5, 1])
        {
            const int rows = 50, columns = 200;
            float[] values = Normal(rows * columns, density);
            values.AsSpan(0, columns).Clear();
            values.AsSpan(7 * columns, 3 * columns).Clear();
            (byte[] bytes, int entries) = TensorCoder.EncodeSparse(values, columns, format, "test");
            SparseMatrix matrix = TensorCoder.DecodeSparse(bytes, new Shape(rows, columns), format, entries, "test");
            matrix.Values.Span.Contains(0f).Should().BeFalse();
            var found = new float[values.Length];
            matrix.CopyTo(found);
            RequireClose(values, found, columns, format);
        }
    }

    [Fact]
    public void Values_that_half_precision_does_not_hold_are_refused_by_name() =>
        FluentActions.Invoking(() => TensorCoder.EncodeDense([1, 70000], 2, NumberFormat.Fp16, "a.weight"))
            .Should().Throw<InputException>().WithMessage("a.weight: *65504*70000*");

    [Fact]
    public void The_scale_of_four_bits_has_less_error_than_that_of_the_largest_value()
    {
        float[] row = Normal(768, density: 1);
        double Error(float scale) => row.Sum(x => Math.Pow(x - (scale * Math.Clamp(Math.Round(x / scale), -7, 7)), 2));
        Error(Quantizer.ScaleOf(row, NumberFormat.Int4)).Should().BeLessThan(0.9 * Error(row.Max(Math.Abs) / 7));
    }

    private static byte[] Coded(byte[] symbols)
    {
        using var stream = new MemoryStream();
        SymbolCoder.Encode(symbols, stream);
        return stream.ToArray();
    }

    private static float[] Normal(int count, double density)
    {
        var random = new RandomStream(3, 0);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < density ? 0.05f * random.Normal() : 0)];
    }

    private static void RequireClose(float[] values, float[] found, int columns, NumberFormat format)
    {
        if (format == NumberFormat.Fp32)
        {
            found.Should().Equal(values);
            return;
        }

        for (int row = 0; row * columns < values.Length; row++)
        {
            float largest = values.AsSpan(row * columns, columns).ToArray().Max(Math.Abs);
            for (int i = row * columns; i < (row + 1) * columns; i++)
            {
                double most = format switch
                {
                    NumberFormat.Fp16 => (Math.Abs(values[i]) / 2048) + 3e-8,
                    NumberFormat.Int8 => (largest / 254 * 1.01) + 1e-12,
                    // Half the largest scale, or what the smallest one cuts off.
                    _ => largest * 0.56,
                };
                Math.Abs(found[i] - values[i]).Should().BeLessThanOrEqualTo((float)most);
            }
        }
    }
}
