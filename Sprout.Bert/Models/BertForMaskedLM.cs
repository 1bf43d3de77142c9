// Masked language modelling, for pre-training.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bert.Models;

/// <summary>Logits over the vocabulary at chosen tokens [M, V]: transform, layer norm, and the word embeddings as the decoder (tied), no pooler.</summary>
public sealed class BertForMaskedLM : BertHead
{
    private readonly PredictionHead head;

    /// <summary>A model of zeros.</summary>
    public BertForMaskedLM(IBackend backend, BertConfig config)
        : base(new BertModel(backend, config, pooler: false), nameof(BertForMaskedLM))
    {
        head = Add("cls.predictions", new PredictionHead(backend, config));
        AssignNames();
    }

    /// <summary>Logits [M, V] at the given tokens of the batch [M].</summary>
    public Variable Forward(Tape tape, Batch batch, IntTensor tokens)
    {
        Variable chosen = GatherFunction.Apply(tape, Bert.Forward(tape, batch), tokens);
        return LinearFunction<Identity>.Apply(tape, head.Transform(tape, chosen), Bert.WordEmbeddings, head.Bias);
    }

    private sealed class PredictionHead : Module
    {
        private readonly HiddenActivation activation;
        private readonly Linear dense;
        private readonly LayerNorm norm;

        public PredictionHead(IBackend backend, BertConfig config)
        {
            activation = config.HiddenAct;
            Bias = AddParameter(backend, "bias", new Shape(config.VocabSize));
            dense = Add("transform.dense", new Linear(backend, config.HiddenSize, config.HiddenSize));
            norm = Add("transform.LayerNorm", new LayerNorm(backend, config.HiddenSize, (float)config.LayerNormEps));
        }

        public Parameter Bias { get; }

        public Variable Transform(Tape tape, Variable x) => norm.Forward(tape, activation switch
        {
            HiddenActivation.Gelu => dense.Forward<Gelu>(tape, x),
            HiddenActivation.GeluTanh => dense.Forward<GeluTanh>(tape, x),
            _ => dense.Forward<Relu>(tape, x),
        });
    }
}
