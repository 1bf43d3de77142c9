// Masked language modelling, for pre-training.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Ops;

namespace Sprout.Bert.Models.Architectures;

/// <summary>Logits over the vocabulary [T, V]: transform, layer norm, and the word embeddings as the decoder (tied), no pooler.</summary>
public sealed class BertForMaskedLM : MaskedLanguageModel
{
    private readonly PredictionHead head;
    private readonly LinearWeight decoder;

    /// <summary>A model of zeros.</summary>
    public BertForMaskedLM(IBackend backend, BertConfig config)
    {
        Bert = Add("bert", new BertModel(backend, config, pooler: false));
        head = Add("cls.predictions", new PredictionHead(backend, config));
        decoder = new LinearWeight(Bert.WordEmbeddings);
        AssignNames();
    }

    /// <summary>The encoder.</summary>
    public BertModel Bert { get; }

    /// <inheritdoc/>
    public override Encoder Encoder => Bert;

    /// <inheritdoc/>
    public override string EncoderPrefix => BertModel.Prefix;

    /// <inheritdoc/>
    public override string Architecture => nameof(BertForMaskedLM);

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Batch batch) => Decode(tape, Bert.Forward(tape, batch));

    /// <inheritdoc/>
    public override Variable Forward(Tape tape, Batch batch, IntTensor tokens) => Decode(tape, GatherFunction.Apply(tape, Bert.Forward(tape, batch), tokens));

    private Variable Decode(Tape tape, Variable states) => LinearFunction<Identity>.Apply(tape, head.Transform(tape, states), decoder, head.Bias);

    private sealed class PredictionHead : Module
    {
        private readonly HiddenActivation activation;
        private readonly Linear dense;
        private readonly LayerNorm norm;

        public PredictionHead(IBackend backend, BertConfig config)
        {
            activation = config.HiddenAct;
            Bias = AddParameter(backend, "bias", new Shape(config.VocabSize), decays: false);
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
