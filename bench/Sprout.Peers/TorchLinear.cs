// Linear layers, masked or not.
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Sprout.Peers;

/// <summary>
/// Linear layers of one input as one product, their weights stacked. When pruning, each part has a mask of its own by movement pruning's scores, and the
/// masked weight is a leaf: masks are no part of the graph.
/// </summary>
internal sealed class TorchLinear
{
    private readonly double? density;
    private readonly ScoreCut[] cuts;
    private readonly Tensor weight, bias;
    private readonly Tensor? scores;
    private Tensor? mask, masked, scoreGradient;

    /// <summary>Stacks layers.</summary>
    /// <param name="weights">By which they start.</param>
    /// <param name="density">Kept share of each, or null: nothing is pruned.</param>
    /// <param name="names">The layers' names.</param>
    public TorchLinear(TorchWeights weights, double? density, params string[] names)
    {
        this.density = density;
        cuts = [.. names.Select(_ => new ScoreCut())];
        weight = cat([.. names.Select(name => weights.Read($"{name}.weight"))]).requires_grad_(density is null);
        bias = cat([.. names.Select(name => weights.Read($"{name}.bias"))]).requires_grad_(true);
        weights.Trained.Add(Trained.Of(bias));
        weights.Trained.Add(Trained.Of(weight, density is null ? null : () => masked!.grad!));
        if (density is null) return;
        double bound = 1 / Math.Sqrt(weight.shape[1]);
        scores = zeros(weight.shape).uniform_(-bound, bound);
        weights.Trained.Add(Trained.Scores(scores, () => scoreGradient!));
    }

    /// <summary>x Wᵀ + b.</summary>
    public Tensor Forward(Tensor x) => F.linear(x, masked ?? weight, bias);

    /// <summary>Masks of exactly int(density · n) entries of each part, if no scores are equal at the cut.</summary>
    public void Select()
    {
        if (scores is null) return;
        using IDisposable off = no_grad();
        mask?.Dispose();
        masked?.Dispose();
        using (NewDisposeScope())
        {
            Tensor parts = scores.view(cuts.Length, -1);
            long keep = (long)(density!.Value * parts.shape[1]);
            float[] found = [.. cuts.Select((cut, i) => (float)cut.Of(parts[i], keep))];
            mask = parts.ge(tensor(found).view(-1, 1)).to(float32).view(weight.shape).DetachFromDisposeScope();
        }

        masked = (weight * mask).requires_grad_(true).DetachFromDisposeScope();
    }

    /// <summary>How many weights the masks keep, and of how many; (0, 0) without masks.</summary>
    public (long Kept, long Size) Count => mask is null ? (0, 0) : (mask.count_nonzero().ToInt64(), mask.numel());

    /// <summary>Makes the gradients of weight and scores of that of the masked weight.</summary>
    public void SplitGradient()
    {
        if (masked?.grad is not Tensor gradient) return;
        using IDisposable off = no_grad();
        scoreGradient = gradient * weight;
        gradient.mul_(mask!);
    }

    /// <summary>Forgets gradients; those of masks go with the masked weight.</summary>
    public void ClearGradients() => weight.grad = bias.grad = null;
}
