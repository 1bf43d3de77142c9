// What the models with a task head have in common.
using Sprout.Autograd;
using Sprout.Autograd.Modules;

namespace Sprout.Bert.Models;

/// <summary>An encoder with a task head; parameter names are those of transformers' class of the same name.</summary>
public abstract class TaskModel : Module
{
    /// <summary>The encoder.</summary>
    public abstract Encoder Encoder { get; }

    /// <summary>What the encoder's parameters are called by in a model with a head, with the dot: "bert."; files of a bare encoder leave it out.</summary>
    public abstract string EncoderPrefix { get; }

    /// <summary>The name of transformers' class, for <c>architectures</c> in config.json.</summary>
    public abstract string Architecture { get; }

    /// <summary>Sizes and settings.</summary>
    public ModelConfig Config => Encoder.Config;

    /// <summary>Parameters without which there is no pre-trained model to speak of; heads may be fresh.</summary>
    public IEnumerable<Parameter> EssentialParameters => Encoder.Parameters().Except(Encoder.OptionalParameters);

    /// <summary>The head's logits; their shape is that of the kind of model.</summary>
    public abstract Variable Forward(Tape tape, Batch batch);
}

/// <summary>Classification or regression of a text or a pair: logits [B, C], or scores [B, 1].</summary>
public abstract class SequenceClassifier : TaskModel
{
    /// <summary>C, or 1 for a regression.</summary>
    public abstract int Outputs { get; }
}

/// <summary>Extractive question answering: start logits and, below them, end logits of all tokens [2, T].</summary>
public abstract class SpanExtractor : TaskModel;

/// <summary>Masked language modelling: logits over the vocabulary for every token [T, V].</summary>
public abstract class MaskedLanguageModel : TaskModel
{
    /// <summary>Logits [M, V] at the given tokens of the batch [M].</summary>
    public abstract Variable Forward(Tape tape, Batch batch, Tensors.IntTensor tokens);
}
