// Tables of latencies: what they say, what is read, what is measured.
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Pruning.Latency;
using Sprout.Tensors;
using Sprout.Tensors.Reference;
using Sprout.Tests.Models;

namespace Sprout.Tests.Pruning;

public sealed class LatencyTableTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Costs_are_linear_between_what_was_measured()
    {
        LatencyTable table = Latencies.Tiny;
        (table.FeedForwardCost(0, 0), table.FeedForwardCost(0, 8), table.FeedForwardCost(0, 32)).Should().Be((0, 1.5, 3.5));
        table.FeedForwardCost(0, 4).Should().Be(0.75);
        table.FeedForwardCost(0, 20).Should().Be(2.5);
        (table.FeedForwardCost(1, 8), table.AttentionCost(0, 1), table.AttentionCost(1, 1)).Should().Be((1, 1.2, 0.5), "the last layer has its own");
        table.Dense.Should().Be(10);
        table.GreatestSpeedup.Should().BeApproximately(10 / 2.7, 1e-12, "a head of each layer stays");
    }

    [Fact]
    public void A_file_has_all_of_it()
    {
        Latencies.Tiny.Save(folder.Path);
        LatencyTable read = LatencyTable.Load(Path.Combine(folder.Path, LatencyTable.FileName));
        read.Hash.Should().Be(Latencies.Tiny.Hash);
        read.ToJson().ToJsonString().Should().Be(Latencies.Tiny.ToJson().ToJsonString());
        (read with { Rest = 1.0001 }).Hash.Should().NotBe(read.Hash);
    }

    [Theory]
    [InlineData("\"rest_ms\":1,", "", "rest_ms: expected a number above 0, found nothing.")]
    [InlineData("\"rest_ms\":1,", "\"rest_ms\":0,", "rest_ms: expected a number above 0, found 0.")]
    [InlineData("\"layers\":2", "\"layers\":2.5", "layers: expected a whole number of at least 1, found 2.5.")]
    [InlineData("\"device\":\"made up\"", "\"device\":7", "device: expected a text, found 7.")]
    [InlineData("[0,8,32]", "[0,32,8]", "grid: expected whole numbers that rise from 0 to 32, found [0,32,8].")]
    [InlineData("[0,8,32]", "[0,8.5,32]", "grid: expected whole numbers that rise from 0 to 32, found [0,8.5,32].")]
    [InlineData("[0,8,32]", "[0,null,32]", "grid: expected 2 numbers or more, found [0,null,32].")]
    [InlineData("[0,1.2,2]", "[0,1.2]", "attention_ms: expected 3 numbers or more, found [0,1.2].")]
    [InlineData("[0,1.2,2]", "[0,2,1.2]", "attention_ms: expected 3 milliseconds that begin with 0 and never fall, found [0,2,1.2].")]
    [InlineData("[0,1,2.5]", "[1,1,2.5]", "last_feed_forward_ms: expected 3 milliseconds that begin with 0 and never fall, found [1,1,2.5].")]
    [InlineData("\"rest_ms\":1,", "\"rest_ms\":1,\"more\":1,", "expected a table of latencies, found the key \"more\".")]
    public void A_damaged_file_is_refused(string before, string after, string says)
    {
        string path = Latencies.Write(folder.Path, before, after);
        Action load = () => LatencyTable.Load(path);
        load.Should().Throw<InputException>().WithMessage($"{path}: {says}");
    }

    [Fact]
    public void A_measured_table_has_every_size_and_never_falls()
    {
        using var backend = new ReferenceBackend();
        using (var classifier = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 3))) Check(classifier);
        using (var extractor = TinyBert.Randomise(new BertForQuestionAnswering(backend, TinyBert.Config()))) Check(extractor);
        backend.LiveBytes.Should().Be(0);

        void Check(TaskModel model)
        {
            LatencyTable table;
            using (var meter = new LatencyMeter(backend, model, sequences: 2, length: 5)) table = meter.Measure();
            table.RequireFits(model, "measured");
            (table.Layers, table.Heads, table.Neurons, table.Batch, table.Length).Should().Be((2, 2, 12, 2, 5));
            table.Grid.Should().Equal(Enumerable.Range(0, 13), "12 is less than 16 steps");
            table.Save(folder.Path);
            // Reading checks that costs rise from 0.
            LatencyTable.Load(Path.Combine(folder.Path, LatencyTable.FileName)).Hash.Should().Be(table.Hash);
        }
    }
}
