// Runs a model over many sequences without gradients.
using System.Diagnostics;
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Training;

/// <summary>Runs a model over many sequences without gradients, batch by batch in order.</summary>
public static class ForwardPasses
{
    /// <summary>Computes a model's output for batches of sequences.</summary>
    /// <param name="backend">The model's backend.</param>
    /// <param name="sequences">What goes through the model.</param>
    /// <param name="batchSize">Sequences in a batch.</param>
    /// <param name="forward">The model: tape and batch to output.</param>
    /// <param name="take">Receives the index of the batch's first sequence, the batch, and the output on the host.</param>
    /// <param name="stage">Name of the stage in progress reports.</param>
    /// <param name="progress">Receives a report after each batch.</param>
    /// <param name="cancellation">Stops between batches.</param>
    public static void Run(
        IBackend backend, IReadOnlyList<Encoding> sequences, int batchSize, Func<Tape, Batch, Variable> forward, Action<int, Batch, float[]> take,
        string stage, IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp(), tokens = 0;
        int batches = (sequences.Count + batchSize - 1) / batchSize;
        for (int i = 0; i < batches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int first = i * batchSize, count = Math.Min(batchSize, sequences.Count - first);
            using Batch batch = Batch.Pack(backend, new ArraySegment<Encoding>([.. sequences.Skip(first).Take(count)]));
            using var tape = new Tape(backend, recording: false);
            take(first, batch, forward(tape, batch).Value.ToArray());
            tokens += batch.Tokens;
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            progress?.Report(new TrainerProgress(stage, i + 1, batches, 0, double.NaN, null, 1, tokens / seconds, TimeSpan.FromSeconds(seconds / (i + 1) * (batches - i - 1))));
        }
    }
}
