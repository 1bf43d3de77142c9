// Classification or regression of a text or a pair.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>Pooled first token → dropout → linear: logits [B, C], or scores [B, 1] for regression.</summary>
public sealed class BertForSequenceClassification : BertHead
{
    private readonly Linear classifier;

    /// <summary>A model of zeros with the given number of outputs.</summary>
    public BertForSequenceClassification(IBackend backend, BertConfig config, int outputs)
        : base(new BertModel(backend, config, pooler: true), nameof(BertForSequenceClassification))
    {
        classifier = Add("classifier", new Linear(backend, config.HiddenSize, outputs));
        AssignNames();
    }

    /// <summary>Logits [B, C].</summary>
    public Variable Forward(Tape tape, Batch batch)
    {
        Variable pooled = Bert.Pool(tape, Bert.ForwardFirstTokens(tape, batch));
        double dropout = Config.ClassifierDropout ?? Config.HiddenDropoutProb;
        return classifier.Forward(tape, DropoutFunction.Apply(tape, pooled, (float)dropout));
    }
}
