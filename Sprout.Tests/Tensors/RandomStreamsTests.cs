// Random numbers that are drawn for different purposes come from different streams.
using Sprout.Autograd;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Tensors;

public sealed class RandomStreamsTests
{
    [Fact]
    public void Spaces_of_purposes_do_not_meet()
    {
        const ulong last = (1UL << RandomStreams.IndexBits) - 1;
        (ulong First, ulong Last)[] spaces =
            [.. Enum.GetValues<RandomPurpose>().Select(purpose => (RandomStreams.Of(purpose, 0), RandomStreams.Of(purpose, last))).Order()];
        spaces.Should().HaveCountGreaterThan(4);
        for (int i = 1; i < spaces.Length; i++) spaces[i].First.Should().BeGreaterThan(spaces[i - 1].Last);
    }

    [Fact]
    public void An_index_that_would_reach_into_another_space_is_refused()
    {
        Action make = () => RandomStreams.Of(RandomPurpose.Dropout, 1UL << RandomStreams.IndexBits);
        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    // As far as runs go: 2³⁶ passes, 2³¹ steps and epochs, 2¹⁶ matrices; of masked words 2²⁴ epochs of 2³² examples.
    [Fact]
    public void Every_index_of_a_run_fits()
    {
        using IBackend backend = Device.Open("cpu", 1);
        using var tape = new Tape(backend);
        tape.SeedDropout(1, (1UL << 36) - 1);
        (tape.NextDropout(0.5f).Stream >> RandomStreams.IndexBits).Should().Be((ulong)RandomPurpose.Dropout);
        ((Action)(() => tape.SeedDropout(1, 1UL << 36))).Should().Throw<ArgumentOutOfRangeException>();
        foreach (int epoch in new[] { 0, int.MaxValue }) (RandomStreams.ShuffleOf(epoch) >> RandomStreams.IndexBits).Should().Be((ulong)RandomPurpose.Shuffle);
        (RandomStreams.Of(RandomPurpose.GateNoise, ((ulong)int.MaxValue << 16) | ushort.MaxValue) >> RandomStreams.IndexBits).Should().Be(
            (ulong)RandomPurpose.GateNoise);
        (RandomStreams.Of(RandomPurpose.MaskedWords, (((1UL << 24) - 1) << 32) | uint.MaxValue) >> RandomStreams.IndexBits).Should().Be(
            (ulong)RandomPurpose.MaskedWords);
        ((Action)(() => RandomStreams.Of(RandomPurpose.MaskedWords, 1UL << 56))).Should().Throw<ArgumentOutOfRangeException>();
    }

    // Among 20,000 names some hundred have a hash that begins with a purpose's byte.
    [Fact]
    public void Fresh_weights_of_any_name_stay_out_of_the_spaces_of_all_purposes()
    {
        ulong[] streams = [.. Enumerable.Range(0, 20_000).Select(i => RandomStreams.OfName($"encoder.layer.{i}.weight"))];
        streams.Where(stream => Enum.IsDefined((RandomPurpose)(stream >> RandomStreams.IndexBits))).Should().BeEmpty();
        streams.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Names_have_the_streams_of_the_first_version() => RandomStreams.OfName("classifier.weight").Should().Be(0x14E5F940AB234D36UL);

    // The two spaces that overlapped in version 0.1: dropout 8 of pass 0 drew the numbers by which example 7 of epoch 0 chose its words.
    [Fact]
    public void The_choice_of_words_is_not_a_dropout_of_the_same_seed()
    {
        var words = new RandomStream(42, RandomStreams.Of(RandomPurpose.MaskedWords, 7));
        var dropout = new RandomStream(42, RandomStreams.Of(RandomPurpose.Dropout, 7));
        Enumerable.Range(0, 64).Select(_ => words.NextUInt()).Should().NotIntersectWith(Enumerable.Range(0, 64).Select(_ => dropout.NextUInt()));
    }

    [Fact]
    public void Libraries_draw_from_registered_streams_only()
    {
        foreach (string project in new[] { "Sprout.Autograd", "Sprout.Bert", "Sprout.Pruning" })
        {
            IEnumerable<string> draws = Directory.EnumerateFiles(Path.Combine(Repository.Root, project), "*.cs", SearchOption.AllDirectories)
                .SelectMany(File.ReadLines).Where(line => line.Contains("new RandomStream(", StringComparison.Ordinal));
            draws.Where(line => !line.Contains(nameof(RandomStreams), StringComparison.Ordinal)).Should().BeEmpty("{0} has to say what it draws for", project);
        }
    }
}
