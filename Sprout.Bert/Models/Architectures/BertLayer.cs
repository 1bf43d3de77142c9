// One encoder layer.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bert.Models.Architectures;

/// <summary>
/// One encoder layer (Devlin et al. 2019; transformers' <c>BertLayer</c>): h = LN(x + dropout(attention(x) W + b)), y = LN(h + dropout(W₂ gelu(W₁ h))).
/// x, h, y [T, H].
/// </summary>
public sealed class BertLayer : EncoderLayer
{
    private readonly BertConfig config;
    private readonly LayerNorm attentionNorm, outputNorm;

    /// <summary>A layer of zeros.</summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="config">Sizes and settings of the model.</param>
    /// <param name="size">Heads and neurons of this layer.</param>
    public BertLayer(IBackend backend, BertConfig config, LayerSize size)
    {
        this.config = config;
        int hidden = config.HiddenSize, width = size.Heads * config.HeadSize, inner = size.Neurons;
        float epsilon = (float)config.LayerNormEps;
        Linear query = Add("attention.self.query", new Linear(backend, hidden, width));
        Linear key = Add("attention.self.key", new Linear(backend, hidden, width));
        Linear value = Add("attention.self.value", new Linear(backend, hidden, width));
        Linear output = Add("attention.output.dense", new Linear(backend, width, hidden));
        Attention = new AttentionMatrices(query, key, value, output, size.Heads);
        attentionNorm = Add("attention.output.LayerNorm", new LayerNorm(backend, hidden, epsilon));
        FeedForward = new FeedForwardMatrices(
            Add("intermediate.dense", new Linear(backend, hidden, inner)), Add("output.dense", new Linear(backend, inner, hidden)));
        outputNorm = Add("output.LayerNorm", new LayerNorm(backend, hidden, epsilon));
    }

    /// <inheritdoc/>
    public override AttentionMatrices Attention { get; }

    /// <inheritdoc/>
    public override FeedForwardMatrices FeedForward { get; }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Variable x, Batch batch) => Forward(tape, x, x, batch.Offsets, batch);

    /// <inheritdoc/>
    public override Variable ForwardFirstTokens(Tape tape, Variable x, Batch batch) =>
        Forward(tape, GatherFunction.Apply(tape, x, batch.FirstTokens), x, batch.FirstTokenOffsets, batch);

    private Variable Forward(Tape tape, Variable asking, Variable x, IntTensor askingOffsets, Batch batch)
    {
        float hiddenDropout = (float)config.HiddenDropoutProb;
        Variable q = Attention.Query.Forward(tape, asking), k = Attention.Key.Forward(tape, x), v = Attention.Value.Forward(tape, x);
        Variable context = AttentionFunction.Apply(tape, q, k, v, askingOffsets, batch.Offsets, Attention.Heads, (float)config.AttentionProbsDropoutProb);
        Variable h = attentionNorm.Forward(tape, Attention.Output.Forward(tape, context), asking, hiddenDropout, overwrite: true);
        return outputNorm.Forward(tape, Inner(tape, h), h, hiddenDropout, overwrite: true);
    }

    private Variable Inner(Tape tape, Variable h)
    {
        (Linear first, Linear second) = FeedForward;
        return config.HiddenAct switch
        {
            HiddenActivation.Gelu => FeedForwardFunction<Gelu>.Apply(tape, h, first.Factor, first.Bias, second.Factor, second.Bias),
            HiddenActivation.GeluTanh => FeedForwardFunction<GeluTanh>.Apply(tape, h, first.Factor, first.Bias, second.Factor, second.Bias),
            _ => FeedForwardFunction<Relu>.Apply(tape, h, first.Factor, first.Bias, second.Factor, second.Bias),
        };
    }
}
