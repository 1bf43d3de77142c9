// The logits of a teacher model.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Tokenization;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>
/// The logits of a teacher for the training sequences (no dropout, no gradient). A run that visits every example at least once computes them all beforehand, in
/// batches of file order, so that they cost one pass however many epochs follow and a resumed run sees the same bits; a shorter run computes them step by step.
/// </summary>
public sealed class Teacher
{
    private const int CacheBatch = 64;

    private readonly IBackend backend;
    private readonly TaskModel model;
    private float[][]? cache;

    /// <summary>A teacher.</summary>
    /// <param name="backend">Where the teacher's weights are.</param>
    /// <param name="model">The teacher's model.</param>
    /// <param name="alpha">Weight of the distillation loss; that of the labels' loss is 1 − α.</param>
    /// <param name="temperature">T of the softened distributions.</param>
    /// <exception cref="OptionException">α is not in [0, 1] or T not positive.</exception>
    public Teacher(IBackend backend, TaskModel model, double alpha = 0.9, double temperature = 2)
    {
        OptionException.Require(alpha is >= 0 and <= 1, "DistillAlpha", "0 to 1", alpha);
        OptionException.Require(temperature > 0 && double.IsFinite(temperature), "DistillTemperature", "a number above 0", temperature);
        this.backend = backend;
        this.model = model;
        Alpha = (float)alpha;
        Temperature = (float)temperature;
    }

    /// <summary>Weight of the distillation loss.</summary>
    public float Alpha { get; }

    /// <summary>Temperature.</summary>
    public float Temperature { get; }

    /// <summary>Computes all logits when the run is long enough for that to pay.</summary>
    /// <param name="sequences">The training sequences.</param>
    /// <param name="totalExamples">Examples that the run visits, repeats counted.</param>
    /// <param name="split">Cuts the output of a batch into one array a sequence.</param>
    /// <param name="progress">Receives the stage "teacher".</param>
    /// <param name="cancellation">Stops it.</param>
    public void Prepare(
        IReadOnlyList<TokenSequence> sequences, long totalExamples, Func<float[], Batch, float[][]> split,
        IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        if (totalExamples < sequences.Count) return;
        var logits = new float[sequences.Count][];
        using var inference = new Inference(backend, model);
        var stage = new StageProgress("teacher", progress);
        inference.Run(sequences, CacheBatch, (first, batch, output) => split(output.ToArray(), batch).CopyTo(logits, first), stage.Report, cancellation);
        cache = logits;
    }

    /// <summary>The logits for a batch of training examples, laid out as the model's output.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="examples">Which training examples it holds.</param>
    /// <param name="join">Lays the arrays of the sequences out as the output of the batch.</param>
    public Tensor Logits(Batch batch, ReadOnlySpan<int> examples, Func<float[][], Batch, float[]> join)
    {
        float[] values;
        if (cache is null)
        {
            using var tape = new Tape(backend, recording: false);
            values = model.Forward(tape, batch).Value.ToArray();
        }
        else
        {
            var parts = new float[examples.Length][];
            for (int i = 0; i < parts.Length; i++) parts[i] = cache[examples[i]];
            values = join(parts, batch);
        }

        return Tensor.From(backend, new Shape(values.Length), values);
    }
}
