// Extractive question answering.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;

namespace Sprout.Bert.Models;

/// <summary>A linear layer over every token: start and end logits [2, T], no pooler.</summary>
public sealed class BertForQuestionAnswering : BertHead
{
    private readonly Linear qaOutputs;

    /// <summary>A model of zeros.</summary>
    public BertForQuestionAnswering(IBackend backend, BertConfig config)
        : base(new BertModel(backend, config, pooler: false), nameof(BertForQuestionAnswering))
    {
        qaOutputs = Add("qa_outputs", new Linear(backend, config.HiddenSize, 2));
        AssignNames();
    }

    /// <summary>Row 0: start logits of all tokens; row 1: end logits [2, T].</summary>
    public Variable Forward(Tape tape, Batch batch) =>
        TransposeFunction.Apply(tape, qaOutputs.Forward(tape, Bert.Forward(tape, batch)));
}
