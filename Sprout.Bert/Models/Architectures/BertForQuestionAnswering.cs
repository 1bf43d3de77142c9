// Extractive question answering.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;

namespace Sprout.Bert.Models.Architectures;

/// <summary>A linear layer over every token: start and end logits [2, T], no pooler.</summary>
public sealed class BertForQuestionAnswering : SpanExtractor
{
    private readonly Linear qaOutputs;

    /// <summary>A model of zeros.</summary>
    public BertForQuestionAnswering(IBackend backend, BertConfig config)
    {
        Bert = Add("bert", new BertModel(backend, config, pooler: false));
        qaOutputs = Add("qa_outputs", new Linear(backend, config.HiddenSize, 2));
        AssignNames();
    }

    /// <summary>The encoder.</summary>
    public BertModel Bert { get; }

    /// <inheritdoc/>
    public override Encoder Encoder => Bert;

    /// <inheritdoc/>
    public override string EncoderPrefix => BertModel.Prefix;

    /// <inheritdoc/>
    public override string Architecture => nameof(BertForQuestionAnswering);

    /// <summary>Row 0: start logits of all tokens; row 1: end logits [2, T].</summary>
    public override Variable Forward(Tape tape, Batch batch) => TransposeFunction.Apply(tape, qaOutputs.Forward(tape, Bert.Forward(tape, batch)));
}
