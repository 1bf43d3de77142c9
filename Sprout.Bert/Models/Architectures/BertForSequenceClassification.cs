// Classification or regression of a text or a pair.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;

namespace Sprout.Bert.Models.Architectures;

/// <summary>Pooled first token → dropout → linear: logits [B, C], or scores [B, 1] for regression.</summary>
public sealed class BertForSequenceClassification : SequenceClassifier
{
    private readonly BertConfig config;
    private readonly Linear classifier;

    /// <summary>A model of zeros with the given number of outputs.</summary>
    public BertForSequenceClassification(IBackend backend, BertConfig config, int outputs)
    {
        this.config = config;
        Outputs = outputs;
        Bert = Add("bert", new BertModel(backend, config, pooler: true));
        classifier = Add("classifier", new Linear(backend, config.HiddenSize, outputs));
        AssignNames();
    }

    /// <summary>The encoder.</summary>
    public BertModel Bert { get; }

    /// <inheritdoc/>
    public override Encoder Encoder => Bert;

    /// <inheritdoc/>
    public override string EncoderPrefix => BertModel.Prefix;

    /// <inheritdoc/>
    public override string Architecture => nameof(BertForSequenceClassification);

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Batch batch)
    {
        Variable pooled = Bert.Pool(tape, Bert.ForwardFirstTokens(tape, batch));
        double dropout = config.ClassifierDropout ?? config.HiddenDropoutProb;
        return classifier.Forward(tape, DropoutFunction.Apply(tape, pooled, (float)dropout));
    }
}
