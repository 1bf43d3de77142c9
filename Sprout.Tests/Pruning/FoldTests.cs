// Folding masks into weights, and the files of a run.
using System.Text.Json.Nodes;
using Sprout.Autograd.Modules;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Pruning;

public sealed class FoldTests : IDisposable
{
    private readonly ReferenceBackend backend = new();
    private readonly SmallNet net;
    private readonly TemporaryFolder folder = new();

    public FoldTests() => net = new SmallNet(backend);

    public static TheoryData<string> Methods => [.. PruningMethods.Names];

    public void Dispose()
    {
        net.Dispose();
        backend.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Folding_gives_exact_zeros_as_many_as_counted_and_the_same_outputs(string method)
    {
        using Pruner pruner = net.Prune(Options(method));
        pruner.BeginStep(5);
        pruner.BeginEvaluation();
        double density = pruner.Density, loss = net.Loss();
        long[] kept = [.. pruner.Matrices.Select(matrix => matrix.Kept)];
        float[][] scores = [.. pruner.Scores.Select(values => values.Value.ToArray())];
        density.Should().BeInRange(0.05, 0.95);
        pruner.BeginStep(5);
        pruner.Fold();
        net.Loss().Should().BeApproximately(loss, 1e-6);
        net.Layers.Should().OnlyContain(layer => layer.Factor.Mask == null);
        foreach ((Linear layer, long count) in net.Layers.Zip(kept))
        {
            float[] weight = layer.Weight.Value.ToArray();
            weight.Count(value => value != 0).Should().Be((int)count);
            weight.Count(value => BitConverter.SingleToInt32Bits(value) == 0).Should().Be(weight.Length - (int)count, "no zero keeps a sign");
        }

        pruner.BeginEvaluation();
        (pruner.Density, net.Loss()).Should().Be((density, net.Loss()));
        pruner.Scores.Select(values => values.Value.ToArray())
            .Should().BeEquivalentTo(scores, options => options.WithStrictOrdering(), "the scores are those that chose, before masking");
        Action step = () => pruner.BeginStep(6);
        step.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_run_leaves_its_report_and_its_scores()
    {
        using Pruner pruner = net.Prune(Options("soft-movement") with { Lambda = 3 });
        pruner.Fold();
        pruner.Save(folder.Path);
        JsonObject json = JsonNode.Parse(File.ReadAllText(folder.File("pruning.json")))!.AsObject();
        json.Select(pair => pair.Key).Should().BeEquivalentTo("method", "density", "remaining_percent", "threshold", "lambda", "matrices");
        long kept = pruner.Matrices.Sum(matrix => matrix.Kept);
        ((string?)json["method"], (double)json["density"]!, (double)json["remaining_percent"]!)
            .Should().Be(("soft-movement", kept / 96.0, 100.0 * (kept + 10) / 106));
        ((double)json["threshold"]!, (double)json["lambda"]!).Should().Be((0.4, 3));
        JsonObject matrices = json["matrices"]!.AsObject();
        matrices.Select(pair => pair.Key).Should().Equal("net.first", "net.second");
        ((long)matrices["net.first"]!["size"]!, (long)matrices["net.first"]!["kept"]!, (double)matrices["net.first"]!["density"]!)
            .Should().Be((72, pruner.Matrices[0].Kept, pruner.Matrices[0].Kept / 72.0));

        using SafetensorsFile file = SafetensorsFile.Open(folder.File("scores.safetensors"));
        file.Entries.Select(entry => entry.Name).Should().BeEquivalentTo("net.first.mask_scores", "net.second.mask_scores");
    }

    [Fact]
    public void Only_methods_with_a_threshold_report_one()
    {
        using Pruner pruner = net.Prune(Options("magnitude"));
        pruner.BeginEvaluation();
        pruner.Save(folder.Path);
        JsonObject json = JsonNode.Parse(File.ReadAllText(folder.File("pruning.json")))!.AsObject();
        json.ContainsKey("threshold").Should().BeTrue();
        json["threshold"].Should().BeNull();
    }

    [Fact]
    public void Scores_can_start_from_a_file()
    {
        using Pruner pruner = net.Prune(Options("movement") with { Block = new BlockShape(2, 2) });
        pruner.Save(folder.Path);
        PruningOptions start = Options("movement") with { InitScores = folder.File("scores.safetensors"), Block = new BlockShape(2, 2) };
        using (Pruner again = net.Prune(start, seed: 1234))
            again.Scores.Zip(pruner.Scores).Should().OnlyContain(pair => pair.First.Value.ToArray().SequenceEqual(pair.Second.Value.ToArray()));
        Action otherBlock = () => net.Prune(start with { Block = BlockShape.Entry });
        otherBlock.Should().Throw<InputException>().WithMessage("*scores.safetensors*net.first.mask_scores*expected*[6, 12]*found*[3, 6]*");
        Action missing = () => net.Prune(start with { InitScores = folder.File("none.safetensors") });
        missing.Should().Throw<InputException>().WithMessage("*none.safetensors*");
    }

    [Fact]
    public void Remaining_percent_is_the_paper_s()
    {
        // BERT-base: 48 matrices of 768 x 768, 24 of 768 x 3072; 119,808 biases and layer norms.
        foreach ((double density, double expected) in (ReadOnlySpan<(double, double)>)[(0.1, 10.127), (0.03, 3.137), (1, 100)])
        {
            long kept = (48 * (long)(density * 589_824)) + (24 * (long)(density * 2_359_296));
            PruningReport.RemainingPercentOf(kept, 84_934_656, 119_808).Should().BeApproximately(expected, 5e-4);
        }
    }

    private static PruningOptions Options(string method) =>
        new() { Method = method, Density = 0.3, Threshold = 0.4, ScoreInit = ScoreInit.Uniform, ScoreScale = 4 };
}
