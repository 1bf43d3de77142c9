// What every encoder is: embeddings, then layers.
using Sprout.Autograd;
using Sprout.Autograd.Modules;

namespace Sprout.Bert.Models;

/// <summary>An encoder: embeddings, then layers that each turn the states of all tokens into new ones. An architecture says what both compute.</summary>
public abstract class Encoder : Module
{
    /// <summary>Sizes and settings.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>The layers, first to last.</summary>
    public abstract IReadOnlyList<EncoderLayer> Layers { get; }

    /// <summary>The tables and what normalises them: what pruning freezes by default.</summary>
    public abstract IReadOnlyList<Parameter> EmbeddingParameters { get; }

    /// <summary>Parameters that a pre-trained model may lack, such as the pooler's; they then start fresh.</summary>
    public virtual IEnumerable<Parameter> OptionalParameters => [];

    /// <summary>The states of all tokens after the last layer [T, H].</summary>
    public Variable Forward(Tape tape, Batch batch) => Encode(tape, batch, firstTokensOnly: false);

    /// <summary>The states of the sequences' first tokens after the last layer [B, H]: a head that reads no others needs only these computed there.</summary>
    public Variable ForwardFirstTokens(Tape tape, Batch batch) => Encode(tape, batch, firstTokensOnly: true);

    /// <summary>What goes into the first layer [T, H].</summary>
    /// <exception cref="ArgumentException">The batch has an id, a segment or a position beyond the tables.</exception>
    protected abstract Variable Embed(Tape tape, Batch batch);

    // Between layers only x lives on, unless the tape records.
    private Variable Encode(Tape tape, Batch batch, bool firstTokensOnly)
    {
        int mark = tape.Mark();
        Variable x = Embed(tape, batch);
        for (int i = 0; i < Layers.Count; i++)
        {
            tape.Release(mark, x);
            x = firstTokensOnly && i == Layers.Count - 1 ? Layers[i].ForwardFirstTokens(tape, x, batch) : Layers[i].Forward(tape, x, batch);
        }

        tape.Release(mark, x);
        return x;
    }
}
