// Heads and neurons: one score for parts of several matrices.
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors.Random;
using Sprout.Tensors.Reference;
using Sprout.Tests.Models;
using Sprout.Tests.Training;

namespace Sprout.Tests.Pruning;

public sealed class SharedScoresTests : IDisposable
{
    private const int Step = 60;

    private readonly ReferenceBackend backend = new();
    private readonly SmallNet net;

    public SharedScoresTests() => net = new SmallNet(backend);

    public static TheoryData<string> Methods => [.. PruningMethods.Names];

    public void Dispose()
    {
        net.Dispose();
        backend.LiveBytes.Should().Be(0, "every mask and score was given back");
        backend.Dispose();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_neuron_s_row_and_column_have_one_mask(string method)
    {
        using Pruner pruner = Neurons(Options(method));
        pruner.BeginEvaluation();
        float[] first = SmallNet.Factors(net.First), second = SmallNet.Factors(net.Second);
        for (int neuron = 0; neuron < SmallNet.Hidden; neuron++)
        {
            float factor = second[neuron];
            first.Skip(neuron * SmallNet.Inputs).Take(SmallNet.Inputs).Should().OnlyContain(value => value == factor);
            Enumerable.Range(0, SmallNet.Outputs).Should().OnlyContain(output => second[(output * SmallNet.Hidden) + neuron] == factor);
        }

        pruner.Matrices.Select(matrix => matrix.Kept).Should().Equal(first.Count(factor => factor > 0), second.Count(factor => factor > 0));
        pruner.Scores.Should().ContainSingle().Which.Name.Should().Be("net.neuron_scores");
        if (method is "magnitude" or "movement" or "random") pruner.Density.Should().Be(0.5, "3 of 6 neurons");
    }

    [Fact]
    public void The_magnitude_of_a_neuron_is_the_mean_of_its_absolute_weights()
    {
        using Pruner pruner = Neurons(Options("magnitude"));
        pruner.BeginEvaluation();
        float[] first = net.First.Weight.Value.ToArray(), second = net.Second.Weight.Value.ToArray(), scores = pruner.Scores[0].Value.ToArray();
        for (int neuron = 0; neuron < SmallNet.Hidden; neuron++)
        {
            double sum = Enumerable.Range(0, SmallNet.Inputs).Sum(i => Math.Abs((double)first[(neuron * SmallNet.Inputs) + i]))
                + Enumerable.Range(0, SmallNet.Outputs).Sum(i => Math.Abs((double)second[(i * SmallNet.Hidden) + neuron]));
            ((double)scores[neuron]).Should().BeApproximately(sum / (SmallNet.Inputs + SmallNet.Outputs), 1e-6);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void L0_s_gradient_of_a_shared_score_is_that_of_the_loss_with_its_penalty(bool noise)
    {
        using Pruner pruner = Neurons(Options("l0") with { L0Noise = noise, ScoreScale = 1 });
        pruner.BeginStep(Step);
        net.Backward();
        pruner.AddPenalty(Step).Should().BeGreaterThan(0);
        pruner.FinishGradients(Step);
        CheckDifferences(pruner, net.Loss);
    }

    [Theory]
    [InlineData("movement")]
    [InlineData("soft-movement")]
    public void A_straight_through_gradient_is_the_slope_along_the_neuron_s_factor(string method)
    {
        using Pruner pruner = Neurons(Options(method) with { Lambda = 0 });
        pruner.BeginStep(Step);
        pruner.Density.Should().BeInRange(0.1, 0.9);
        net.Backward();
        pruner.FinishGradients(Step);
        float[] gradient = pruner.Scores[0].Grad!.ToArray(), open = [.. SmallNet.Factors(net.Second).Take(SmallNet.Hidden)];
        // The same factors as gates, which can be moved a little.
        PrunedGroup group = pruner.Groups[0];
        group.Gates.CopyFrom(open);
        for (int neuron = 0; neuron < gradient.Length; neuron++)
        {
            double difference = SmallNet.Difference(group.Gates, neuron, 1e-3, () =>
            {
                group.UseGates();
                return net.ExactLoss();
            });
            ((double)gradient[neuron]).Should().BeApproximately(difference, 2e-4, "neuron {0}", neuron);
        }
    }

    [Fact]
    public void A_head_has_its_rows_of_three_matrices_and_its_columns_of_the_fourth()
    {
        using var model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 2));
        PruningOptions options =
            Options("l0") with { AttentionUnit = AttentionUnit.Head, FeedForwardUnit = FeedForwardUnit.Neuron, L0Noise = false, ScoreScale = 1 };
        using Pruner pruner = PruningMethods.CreatePruner(model.Encoder, options, totalSteps: 100, seed: 3)!;
        pruner.Groups.Select(group => (group.Scores.Name, group.Scores.Shape.Count, group.Index, group.ScoreSize)).Should().Equal(
            ("bert.encoder.layer.0.attention.head_scores", 2, 0, 128), ("bert.encoder.layer.0.neuron_scores", 12, 4, 16),
            ("bert.encoder.layer.1.attention.head_scores", 2, 6, 128), ("bert.encoder.layer.1.neuron_scores", 12, 10, 16));
        pruner.Matrices.Select(matrix => matrix.Name).Should().Equal(model.Encoder.Layers.SelectMany(layer => layer.Prunable).Select(NameOf));
        pruner.BeginStep(Step);
        float[] gates = pruner.Groups[0].Gates.ToArray();
        gates.Should().OnlyHaveUniqueItems().And.OnlyContain(gate => gate > 0 && gate < 1);
        AttentionMatrices attention = model.Encoder.Layers[0].Attention;
        for (int i = 0; i < 64; i++)
        {
            foreach (Linear rows in (Linear[])[attention.Query, attention.Key, attention.Value]) SmallNet.Factors(rows)[i].Should().Be(gates[i / 8 / 4]);
            SmallNet.Factors(attention.Output)[i].Should().Be(gates[i % 8 / 4]);
        }

        // A loss that is linear in the masked weights: L = Σ C ⊙ W ⊙ M.
        var random = new RandomStream(5, 0);
        float[][] slopes = [.. pruner.Matrices.Select(matrix => SmallNet.Normal(random, matrix.Size, 0.1f))];
        foreach ((MaskedMatrix matrix, float[] slope) in pruner.Matrices.Zip(slopes)) matrix.Layer.Weight.GradTarget(out _).CopyFrom(slope);
        pruner.AddPenalty(Step);
        pruner.FinishGradients(Step);
        CheckDifferences(pruner, () => pruner.Matrices.Zip(slopes).Sum(pair =>
        {
            float[] weight = pair.First.Layer.Weight.Value.ToArray(), factors = SmallNet.Factors(pair.First.Layer);
            return weight.Zip(factors, pair.Second).Sum(entry => (double)entry.First * entry.Second * entry.Third);
        }));
    }

    [Theory]
    [InlineData(PruningScope.Local)]
    [InlineData(PruningScope.Global)]
    public void Every_kind_of_unit_keeps_its_share(PruningScope scope)
    {
        using var model = TinyBert.Randomise(new BertForSequenceClassification(backend, TinyBert.Config(), 2));
        PruningOptions options = Options("movement") with { AttentionUnit = AttentionUnit.Head, FeedForwardUnit = FeedForwardUnit.Neuron, Scope = scope };
        using Pruner pruner = PruningMethods.CreatePruner(model.Encoder, options, totalSteps: 100, seed: 3)!;
        pruner.BeginEvaluation();
        pruner.Density.Should().Be(0.5);
        pruner.Groups.Where((_, i) => i % 2 == 0).Sum(group => group.Kept).Should().Be(2, "of 4 heads");
        pruner.Groups.Where((_, i) => i % 2 == 1).Sum(group => group.Kept).Should().Be(12, "of 24 neurons");
        if (scope == PruningScope.Local) pruner.Groups.Select(group => group.Kept).Should().Equal(1, 6, 1, 6);
        PruningReport report = pruner.Report();
        report.Shared.Select(part => (part.Name, part.Size, part.Kept))
            .Should().Equal(pruner.Groups.Select(group => (group.Scores.Name, group.Scores.Shape.Count, group.Kept)));
    }

    [Fact]
    public void The_penalty_of_matrices_that_share_their_scores_is_that_of_each()
    {
        using Pruner pruner = Neurons(Options("l0"));
        double shift = 2.0 / 3 * Math.Log(0.1 / 1.1);
        pruner.AddPenalty(Step).Should().BeApproximately(0.5 * pruner.Scores[0].Value.ToArray().Average(score => 1 / (1 + Math.Exp(-(score - shift)))), 1e-6);
    }

    [Theory]
    [InlineData("--method=movement --density=0.5 --block=4x4 --feed-forward-unit=neuron")]
    [InlineData("--method=l0 --lambda=5 --score-learning-rate=0.5 --attention-unit=head --feed-forward-unit=neuron")]
    public void An_interruption_changes_no_bit(string options)
    {
        using var tiny = new TinyRun();
        options += " --save-every=2 --save-total-limit=9";
        string whole = tiny.Train("whole", options), broken = Directory.CreateDirectory(tiny.PathOf("broken")).FullName;
        File.Copy(Path.Combine(whole, "training_options.json"), Path.Combine(broken, "training_options.json"));
        TinyRun.CopyFolder(Path.Combine(whole, "checkpoint-4"), Path.Combine(broken, "checkpoint-4"));
        tiny.Train("broken", options + " --resume");
        foreach (string file in (string[])["model.safetensors", "scores.safetensors", "pruning.json"])
            File.ReadAllBytes(Path.Combine(broken, file)).Should().Equal(File.ReadAllBytes(Path.Combine(whole, file)), file);
    }

    private static PruningOptions Options(string method) => new()
    {
        Method = method, Density = 0.5, Lambda = 0.5, ScoreInit = ScoreInit.Uniform, ScoreScale = 2, Threshold = 0.5,
    };

    private static string NameOf(Linear layer) => layer.Weight.Name[..^".weight".Length];

    private static void CheckDifferences(Pruner pruner, Func<double> loss)
    {
        // Differences call the pruner, which adds to these.
        float[][] gradients = [.. pruner.Scores.Select(scores => scores.Grad!.ToArray())];
        int compared = 0;
        foreach ((PrunedGroup group, float[] gradient) in pruner.Groups.Zip(gradients))
        {
            for (int i = 0; i < gradient.Length; i++)
            {
                // At its clamps a gate has no derivative.
                if (group.Gates.ToArray()[i] is 0 or 1) continue;
                double difference = SmallNet.Difference(group.Scores.Value, i, 1e-2, () =>
                {
                    pruner.BeginStep(Step);
                    return loss() + pruner.AddPenalty(Step);
                });
                ((double)gradient[i]).Should().BeApproximately(difference, 3e-4, "{0} {1}", group.Scores.Name, i);
                compared++;
            }
        }

        compared.Should().BeGreaterThanOrEqualTo(2);
    }

    private Pruner Neurons(PruningOptions options) => new(
        new WrittenOut(PruningMethods.Create(options)), [PrunedGroup.OfNeurons(new FeedForwardMatrices(net.First, net.Second), 0)],
        unprunedParameters: 10, totalSteps: 100, seed: 7);
}
