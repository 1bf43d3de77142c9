// One encoder layer.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bert.Models;

/// <summary>
/// One encoder layer (Devlin et al. 2019; transformers' <c>BertLayer</c>): h = LN(x + dropout(attention(x) W + b)), y = LN(h + dropout(W₂ gelu(W₁ h))).
/// x, h, y [T, H].
/// </summary>
public sealed class BertLayer : Module
{
    private readonly BertConfig config;
    private readonly LayerNorm attentionNorm, outputNorm;

    /// <summary>A layer of zeros.</summary>
    public BertLayer(IBackend backend, BertConfig config)
    {
        this.config = config;
        int hidden = config.HiddenSize, inner = config.IntermediateSize;
        float epsilon = (float)config.LayerNormEps;
        Query = Add("attention.self.query", new Linear(backend, hidden, hidden));
        Key = Add("attention.self.key", new Linear(backend, hidden, hidden));
        Value = Add("attention.self.value", new Linear(backend, hidden, hidden));
        AttentionOutput = Add("attention.output.dense", new Linear(backend, hidden, hidden));
        attentionNorm = Add("attention.output.LayerNorm", new LayerNorm(backend, hidden, epsilon));
        Intermediate = Add("intermediate.dense", new Linear(backend, hidden, inner));
        Output = Add("output.dense", new Linear(backend, inner, hidden));
        outputNorm = Add("output.LayerNorm", new LayerNorm(backend, hidden, epsilon));
    }

    /// <summary>Query projection [H, H].</summary>
    public Linear Query { get; }

    /// <summary>Key projection [H, H].</summary>
    public Linear Key { get; }

    /// <summary>Value projection [H, H].</summary>
    public Linear Value { get; }

    /// <summary>Projection of the heads' concatenation [H, H].</summary>
    public Linear AttentionOutput { get; }

    /// <summary>First feed-forward product [inner, H].</summary>
    public Linear Intermediate { get; }

    /// <summary>Second feed-forward product [H, inner].</summary>
    public Linear Output { get; }

    /// <summary>The six matrices that pruning works on, in the order of the specification: query, key, value, attention output, feed-forward in, feed-forward out.</summary>
    public IReadOnlyList<Linear> Prunable => [Query, Key, Value, AttentionOutput, Intermediate, Output];

    /// <summary>Applies the layer to x [T, H].</summary>
    public Variable Forward(Tape tape, Variable x, Batch batch) => Forward(tape, x, x, batch.Offsets, batch);

    /// <summary>The rows of the result that belong to the sequences' first tokens [B, H]. All tokens are looked at, but only these ask.</summary>
    public Variable ForwardFirstTokens(Tape tape, Variable x, Batch batch) => Forward(tape, GatherFunction.Apply(tape, x, batch.FirstTokens), x, batch.FirstTokenOffsets, batch);

    private Variable Forward(Tape tape, Variable asking, Variable x, IntTensor askingOffsets, Batch batch)
    {
        float hiddenDropout = (float)config.HiddenDropoutProb;
        Variable q = Query.Forward(tape, asking), k = Key.Forward(tape, x), v = Value.Forward(tape, x);
        Variable context = AttentionFunction.Apply(tape, q, k, v, askingOffsets, batch.Offsets, config.NumAttentionHeads, (float)config.AttentionProbsDropoutProb);
        Variable h = attentionNorm.Forward(tape, AttentionOutput.Forward(tape, context), asking, hiddenDropout, overwrite: true);
        Variable output = config.HiddenAct switch
        {
            HiddenActivation.Gelu => FeedForwardFunction<Gelu>.Apply(tape, h, Intermediate, Output),
            HiddenActivation.GeluTanh => FeedForwardFunction<GeluTanh>.Apply(tape, h, Intermediate, Output),
            _ => FeedForwardFunction<Relu>.Apply(tape, h, Intermediate, Output),
        };
        return outputNorm.Forward(tape, output, h, hiddenDropout, overwrite: true);
    }
}
