// Philox against the published vectors; the stream against its contract.
using Sprout.Tensors.Random;

namespace Sprout.Tests.Tensors;

public class PhiloxTests
{
    // tests/kat_vectors of the Random123 distribution: philox4x32 with 10 rounds.
    [Theory]
    [InlineData(0ul, 0ul, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0a4093822ul, 0x85a308d3243f6a88ul, 0x0370734413198a2eul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Known_answers_of_Random123(ulong key, ulong low, ulong high, uint x0, uint x1, uint x2, uint x3) =>
        Philox.Next(key, low, high).Should().Be((x0, x1, x2, x3));

    [Fact]
    public void Uniforms_stay_inside_their_intervals()
    {
        Philox.Uniform(0).Should().Be(0f);
        Philox.Uniform(uint.MaxValue).Should().Be(1f - 1f / (1 << 24));
        Philox.UniformOpen(0).Should().Be(1f / (1 << 24));
        Philox.UniformOpen(uint.MaxValue).Should().Be(1f - 1f / (1 << 24));
    }

    [Fact]
    public void Normals_are_finite_at_the_corners()
    {
        foreach (uint a in new[] { 0u, uint.MaxValue })
        foreach (uint b in new[] { 0u, uint.MaxValue })
        {
            (float first, float second) = Philox.Normal(a, b);
            Math.Abs(first).Should().BeLessThan(5.8f);
            Math.Abs(second).Should().BeLessThan(5.8f);
        }
    }

    [Fact]
    public void Moments_are_those_of_the_distributions()
    {
        const int count = 200_000;
        var stream = new RandomStream(42, 7);
        double uniformSum = 0, normalSum = 0, normalSquares = 0, normalFourths = 0;
        for (int i = 0; i < count; i++)
        {
            uniformSum += stream.NextDouble();
            double z = stream.Normal();
            normalSum += z;
            normalSquares += z * z;
            normalFourths += z * z * z * z;
        }

        // Five standard errors of each mean.
        (uniformSum / count).Should().BeApproximately(0.5, 5 * 0.2887 / Math.Sqrt(count));
        (normalSum / count).Should().BeApproximately(0, 5 / Math.Sqrt(count));
        (normalSquares / count).Should().BeApproximately(1, 5 * Math.Sqrt(2.0 / count));
        (normalFourths / count).Should().BeApproximately(3, 5 * Math.Sqrt(96.0 / count));
    }

    [Fact]
    public void A_stream_is_the_words_of_its_counter_in_order()
    {
        var stream = new RandomStream(3, 5);
        var words = Enumerable.Range(0, 8).Select(_ => stream.NextUInt()).ToArray();
        var (a0, a1, a2, a3) = Philox.Next(3, 0, 5);
        var (b0, b1, b2, b3) = Philox.Next(3, 1, 5);
        words.Should().Equal(a0, a1, a2, a3, b0, b1, b2, b3);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1ul)]
    [InlineData(6ul)]
    [InlineData(4003ul)]
    public void A_saved_position_continues_with_the_same_numbers(ulong position)
    {
        var whole = new RandomStream(1, 2);
        for (ulong i = 0; i < position; i++) whole.NextUInt();
        var resumed = new RandomStream(1, 2) { Position = whole.Position };
        resumed.NextDouble().Should().Be(whole.NextDouble());
        resumed.Normal().Should().Be(whole.Normal());
        resumed.NextInt(1000).Should().Be(whole.NextInt(1000));
        resumed.Position.Should().Be(whole.Position);
    }

    [Fact]
    public void Integers_are_even_over_a_range_that_does_not_divide_two_to_the_32()
    {
        const int range = 3 << 29;
        var stream = new RandomStream(9, 0);
        var thirds = new int[3];
        for (int i = 0; i < 30_000; i++) thirds[stream.NextInt(range) >> 29]++;
        thirds.Should().OnlyContain(n => Math.Abs(n - 10_000) < 450);
        stream.Position.Should().BeGreaterThan(30_000, "a quarter of the words must be refused");
        stream.Invoking(s => s.NextInt(0)).Should().Throw<ArgumentOutOfRangeException>();
        stream.NextInt(1).Should().Be(0);
    }

    [Fact]
    public void Shuffling_gives_every_order_equally_often()
    {
        var stream = new RandomStream(11, 0);
        var counts = new Dictionary<int, int>();
        for (int i = 0; i < 24_000; i++)
        {
            int[] order = [0, 1, 2, 3];
            stream.Shuffle(order);
            int id = order[0] * 64 + order[1] * 16 + order[2] * 4 + order[3];
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }

        counts.Should().HaveCount(24);
        counts.Values.Should().OnlyContain(n => Math.Abs(n - 1000) < 160);
    }

    [Fact]
    public void Streams_and_seeds_differ()
    {
        uint first = new RandomStream(1, 1).NextUInt();
        new RandomStream(1, 2).NextUInt().Should().NotBe(first);
        new RandomStream(2, 1).NextUInt().Should().NotBe(first);
    }
}
