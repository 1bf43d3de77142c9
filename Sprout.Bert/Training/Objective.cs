// What a run trains: data, model head and loss together.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Bert.Models;

namespace Sprout.Bert.Training;

/// <summary>A task bound to a model: its training examples, the loss of some of them, and the evaluation. It does not own the model.</summary>
public abstract class Objective
{
    /// <summary>The model that is trained.</summary>
    public abstract TaskModel Model { get; }

    /// <summary>The number of training examples.</summary>
    public abstract int TrainCount { get; }

    /// <summary>The name of the metric that sums up an evaluation, as in "eval_accuracy".</summary>
    public abstract string PrimaryMetric { get; }

    /// <summary>The names of an evaluation's metrics that can be compared; none: there is nothing to evaluate.</summary>
    public virtual IReadOnlyList<string> Metrics => [PrimaryMetric, "eval_loss"];

    /// <summary>What was understood of the data.</summary>
    public virtual DataSummary Summary => new(TrainCount);

    /// <summary>
    /// What the latest evaluation predicted for which class, by what follows the names of a set's metrics; empty before the first and for other tasks.
    /// </summary>
    public virtual IReadOnlyDictionary<string, ClassReport> ClassReports => new Dictionary<string, ClassReport>();

    /// <summary>What the examples say, as numbers: a run whose data were changed is another run.</summary>
    public virtual IEnumerable<int> Fingerprint => [];

    /// <summary>Does what must precede training, such as computing a teacher's logits.</summary>
    /// <param name="totalExamples">Examples that the run will visit, repeats counted.</param>
    /// <param name="progress">Receives the stage "teacher".</param>
    /// <param name="cancellation">Stops it.</param>
    public virtual void Prepare(long totalExamples, IProgress<TrainerProgress>? progress, CancellationToken cancellation) { }

    /// <summary>Adds scale · Σ of the losses of some training examples to a scalar, and the gradients to the parameters'.</summary>
    /// <param name="tape">A recording tape; empty again afterwards.</param>
    /// <param name="examples">Which ones.</param>
    /// <param name="epoch">The epoch, for objectives whose examples change from epoch to epoch.</param>
    /// <param name="scale">1 ÷ the number of examples of the step.</param>
    /// <param name="loss">The scalar [1], which requires a gradient and is not the tape's.</param>
    /// <returns>The number of tokens that went through the model.</returns>
    public abstract int ForwardBackward(Tape tape, ReadOnlySpan<int> examples, int epoch, float scale, Variable loss);

    /// <summary>How many batches an evaluation has, each of which it reports.</summary>
    /// <param name="batchSize">Sequences in one forward pass.</param>
    public virtual int EvalBatches(int batchSize) => 0;

    /// <summary>Evaluates the model.</summary>
    /// <param name="batchSize">Sequences in one forward pass.</param>
    /// <param name="prediction">Receives one JSON object an example, in order, when given.</param>
    /// <param name="progress">Receives the stage "eval".</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>Metrics by their Hugging Face names, with the prefix <c>eval_</c>.</returns>
    public abstract IReadOnlyDictionary<string, double> Evaluate(
        int batchSize, Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation);
}
