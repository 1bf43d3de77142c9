// Runs a model without gradients.
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Prediction;

/// <summary>
/// Runs a model over sequences without gradients, its weights packed for the purpose as long as this lives: until then no weight and no mask may change. For
/// one thread at a time. Passes over batches no larger than earlier ones allocate nothing.
/// </summary>
public sealed class Inference : IDisposable
{
    private readonly PackedWeights packed;
    private readonly Tape tape;
    private readonly Batch batch;
    private readonly Func<Tape, Variable> pass;
    private float[] output = [];

    /// <summary>Packs a model's weights.</summary>
    /// <param name="backend">Where the model is.</param>
    /// <param name="model">The model; who made it keeps owning it.</param>
    public Inference(IBackend backend, TaskModel model)
    {
        packed = new PackedWeights(backend, model);
        tape = Tape.ForInference(backend);
        batch = new Batch(backend);
        pass = tape => model.Forward(tape, batch);
    }

    /// <summary>Sequences for <see cref="Forward()"/>, appended by the caller.</summary>
    internal Batch Batch => batch;

    /// <summary>Computes the logits of sequences, batch by batch in their order.</summary>
    /// <param name="sequences">What goes through the model.</param>
    /// <param name="batchSize">Sequences in a batch.</param>
    /// <param name="take">Receives the index of the batch's first sequence, the batch, and the logits, which the next batch overwrites.</param>
    /// <param name="report">Receives the batches done, those in all, and the tokens done.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="NotFiniteException">A logit is not finite.</exception>
    public void Run(
        IReadOnlyList<TokenSequence> sequences, int batchSize, LogitsConsumer take,
        Action<int, int, long>? report = null, CancellationToken cancellation = default)
    {
        int batches = (int)(((long)sequences.Count + batchSize - 1) / batchSize);
        long tokens = 0;
        for (int i = 0; i < batches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int first = i * batchSize, end = (int)Math.Min((long)first + batchSize, sequences.Count);
            batch.Clear();
            for (int j = first; j < end; j++) batch.Append(sequences[j].Ids, sequences[j].TypeIds);
            take(first, batch, Forward());
            tokens += batch.Tokens;
            report?.Invoke(i + 1, batches, tokens);
        }
    }

    /// <summary>The logits of a batch of the caller's, by a forward pass of the caller's.</summary>
    /// <exception cref="NotFiniteException">A logit is not finite.</exception>
    public ReadOnlySpan<float> Forward(Func<Tape, Variable> pass)
    {
        try
        {
            Tensor value = pass(tape).Value;
            if (output.Length < value.Count) output = new float[value.Count];
            Span<float> logits = output.AsSpan(0, (int)value.Count);
            value.CopyTo(logits);
            NotFiniteException.Check(logits);
            return logits;
        }
        finally
        {
            tape.Reset();
        }
    }

    /// <summary>The logits of what <see cref="Batch"/> holds.</summary>
    internal ReadOnlySpan<float> Forward()
    {
        batch.Upload();
        return Forward(pass);
    }

    /// <summary>Gives the packed weights back.</summary>
    public void Dispose()
    {
        packed.Dispose();
        tape.Dispose();
        batch.Dispose();
    }
}

/// <summary>Receives the logits of a batch.</summary>
/// <param name="first">The index of the batch's first sequence.</param>
/// <param name="batch">The batch.</param>
/// <param name="logits">What the model computed, in its shape's order; valid during the call.</param>
public delegate void LogitsConsumer(int first, Batch batch, ReadOnlySpan<float> logits);
