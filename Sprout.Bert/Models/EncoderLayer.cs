// What every encoder layer is: attention, then a feed-forward block.
using Sprout.Autograd;
using Sprout.Autograd.Modules;

namespace Sprout.Bert.Models;

/// <summary>The four matrices of an attention block; a head has its rows in query, key and value and its columns in the output.</summary>
/// <param name="Query">[h·d, H] of h heads of width d; h·d = H where none was removed.</param>
/// <param name="Key">[h·d, H].</param>
/// <param name="Value">[h·d, H].</param>
/// <param name="Output">Projection of the heads' concatenation [H, h·d].</param>
/// <param name="Heads">How many heads there are, h; may be 0.</param>
public sealed record AttentionMatrices(Linear Query, Linear Key, Linear Value, Linear Output, int Heads)
{
    /// <summary>Width of a head, d; 0 without heads.</summary>
    public int HeadSize => Heads == 0 ? 0 : Value.Weight.Shape[0] / Heads;
}

/// <summary>The two matrices of a feed-forward block; a neuron has its row in the first and its column in the second.</summary>
/// <param name="First">[inner, H]; inner may be 0.</param>
/// <param name="Second">[H, inner].</param>
public sealed record FeedForwardMatrices(Linear First, Linear Second);

/// <summary>One layer of an encoder.</summary>
public abstract class EncoderLayer : Module
{
    /// <summary>The matrices of attention.</summary>
    public abstract AttentionMatrices Attention { get; }

    /// <summary>The matrices of the feed-forward block.</summary>
    public abstract FeedForwardMatrices FeedForward { get; }

    /// <summary>The matrices that pruning works on, in the order of ties: query, key, value, attention output, feed-forward in, feed-forward out.</summary>
    public IReadOnlyList<Linear> Prunable => [Attention.Query, Attention.Key, Attention.Value, Attention.Output, FeedForward.First, FeedForward.Second];

    /// <summary>Applies the layer to x [T, H].</summary>
    public abstract Variable Forward(Tape tape, Variable x, Batch batch);

    /// <summary>The rows of the result that belong to the sequences' first tokens [B, H]. All tokens are looked at, but only these ask.</summary>
    public abstract Variable ForwardFirstTokens(Tape tape, Variable x, Batch batch);
}
