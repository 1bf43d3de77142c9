// The optimiser that forms the gradients of masked weights itself does what one does that finds them written out.
using Sprout.Autograd;
using Sprout.Autograd.Optim;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Cpu;

namespace Sprout.Tests.Pruning;

public sealed class FusedUpdateTests
{
    [Theory]
    [InlineData("movement", "1x1", true)]
    [InlineData("soft-movement", "1x1", true)]
    [InlineData("movement", "2x3", false)]
    [InlineData("l0", "1x1", false)]
    [InlineData("magnitude", "1x1", false)]
    public void Fused_and_written_out_gradients_give_the_same_bits(string method, string block, bool fuses)
    {
        (float[][] written, double[] writtenNorms, _) = Train(method, block, fused: false);
        (float[][] fused, double[] fusedNorms, int pairs) = Train(method, block, fused: true);
        pairs.Should().Be(fuses ? 2 : 0);
        fusedNorms.Should().Equal(writtenNorms);
        for (int i = 0; i < written.Length; i++) fused[i].Should().Equal(written[i]);
    }

    private static (float[][] Values, double[] Norms, int Pairs) Train(string method, string block, bool fused)
    {
        using IBackend backend = CpuBackend.Open(1);
        using var net = new SmallNet(backend);
        var options = new PruningOptions
        {
            Method = method, Density = 0.4, Lambda = 0.5, Block = BlockShape.Parse(block),
            ScoreInit = ScoreInit.Uniform, ScoreScale = 1, ScoreLearningRate = 0.1,
        };
        PruningMethod kind = PruningMethods.Create(options);
        using var pruner = new Pruner(fused ? kind : new WrittenOut(kind), net.Layers, unprunedParameters: 10, totalSteps: 20, seed: 7);
        IReadOnlyList<MaskedWeight> masked = pruner.MaskedWeights;
        List<ParameterGroup> groups = [new("weights", [.. net.Parameters()], 1e-2, 0.1)];
        if (pruner.ScoreGroup.Parameters.Count > 0) groups.Add(pruner.ScoreGroup);
        using var optimizer = new AdamW(groups, masked: masked);
        List<Parameter> trained = [.. groups.SelectMany(group => group.Parameters)];
        var norms = new double[20];
        for (int step = 0; step < norms.Length; step++)
        {
            pruner.BeginStep(step);
            net.Backward();
            pruner.AddPenalty(step);
            pruner.FinishGradients(step);
            norms[step] = GradientNorm.Of(trained, masked);
            optimizer.Step(1, GradientNorm.Coefficient(norms[step], 0.5));
        }

        return ([.. trained.Select(parameter => parameter.Value.ToArray())], norms, masked.Count);
    }
}
