// The theorem of appendix A.1: when movement swaps one weight for another, the loss gets smaller.
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Pruning;

public sealed class MovementTheoremTests
{
    [Theory]
    [InlineData(PruningScope.Local)]
    [InlineData(PruningScope.Global)]
    public void A_swap_in_the_mask_lowers_the_loss(PruningScope scope)
    {
        const float scoreRate = 30, weightRate = 1e-3f;
        int swaps = 0;
        for (ulong seed = 0; seed < 300; seed++)
        {
            // Small weights: the theorem is one of the first order, and a swap moves the outputs by about a weight.
            using var backend = new ReferenceBackend();
            using var net = new SmallNet(backend, seed, weightScale: 1e-2f);
            var options = new PruningOptions
            {
                Method = "movement", Density = 0.5, InitialDensity = 0.5, Scope = scope, ScoreInit = ScoreInit.Uniform, ScoreScale = 1e-3,
            };
            // One layer only: in two, swaps in one change what the other's are worth.
            using var pruner = new Pruner(new WrittenOut(PruningMethods.Create(options)), [net.Second], 0, 10, seed);
            pruner.BeginStep(1);
            float[] before = SmallNet.Factors(net.Second);
            net.Backward();
            pruner.FinishGradients(1);
            backend.AddScaled(pruner.Scores[0].Grad!, -scoreRate, pruner.Scores[0].Value);
            backend.AddScaled(net.Second.Weight.Grad!, -weightRate, net.Second.Weight.Value);
            double without = net.ExactLoss();
            pruner.BeginStep(2);
            float[] after = SmallNet.Factors(net.Second);
            if (after.SequenceEqual(before)) continue;
            swaps++;
            after.Sum().Should().Be(before.Sum());
            net.ExactLoss().Should().BeLessThan(without, "seed {0}", seed);
        }

        swaps.Should().BeGreaterThan(100);
    }
}
