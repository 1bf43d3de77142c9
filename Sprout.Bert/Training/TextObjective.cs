// Classification and regression of texts and pairs.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Training;

/// <summary>
/// Classification (cross-entropy) or regression (squared error) of texts and pairs. With a teacher the loss is (1 − α) · CE + α · T² · KL;
/// regressions distil by the squared error of the scores.
/// </summary>
public sealed class TextObjective : Objective
{
    private readonly IBackend backend;
    private readonly BertForSequenceClassification model;
    private readonly TextTask task;
    private readonly IReadOnlyList<TextExample> train;
    private readonly List<Encoding> trainSequences;
    private readonly IReadOnlyList<EvalSet> evalSets;
    private readonly List<List<Encoding>> evalSequences;
    private readonly Teacher? teacher;

    /// <summary>Tokenizes the examples and binds them to a model.</summary>
    /// <param name="backend">The model's backend.</param>
    /// <param name="model">A model with one output a class, or one for a regression.</param>
    /// <param name="task">Labels and metrics.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">Longest sequence in tokens, special ones included.</param>
    /// <param name="train">Training examples; empty for evaluation only.</param>
    /// <param name="evalSets">What is evaluated.</param>
    /// <param name="teacher">A teacher of the same task and vocabulary, or null.</param>
    public TextObjective(
        IBackend backend, BertForSequenceClassification model, TextTask task, BertTokenizer tokenizer, int maxLength,
        IReadOnlyList<TextExample> train, IReadOnlyList<EvalSet> evalSets, Teacher? teacher = null)
    {
        this.backend = backend;
        this.model = model;
        this.task = task;
        this.train = train;
        this.evalSets = evalSets;
        this.teacher = teacher;
        trainSequences = Encode(tokenizer, train, maxLength);
        evalSequences = [.. evalSets.Select(set => Encode(tokenizer, set.Examples, maxLength))];
    }

    /// <inheritdoc/>
    public override BertHead Model => model;

    /// <inheritdoc/>
    public override int TrainCount => train.Count;

    /// <inheritdoc/>
    public override string PrimaryMetric => "eval_" + task.PrimaryMetric;

    private int Classes => task.IsRegression ? 1 : task.LabelNames.Count;

    /// <inheritdoc/>
    public override void Prepare(long totalExamples, IProgress<TrainerProgress>? progress, CancellationToken cancellation) =>
        teacher?.Prepare(trainSequences, totalExamples, (output, batch) => [.. output.Chunk(Classes)], progress, cancellation);

    /// <inheritdoc/>
    public override int ForwardBackward(Tape tape, ReadOnlySpan<int> examples, int epoch, float scale, Variable loss)
    {
        var sequences = new Encoding[examples.Length];
        for (int i = 0; i < sequences.Length; i++) sequences[i] = trainSequences[examples[i]];
        using Batch batch = Batch.Pack(backend, sequences);
        Variable logits = model.Forward(tape, batch);
        float alpha = teacher?.Alpha ?? 0;
        if (alpha < 1) AddLabelLoss(tape, logits, [.. examples.ToArray().Select(i => train[i])], scale * (1 - alpha), loss);
        if (alpha > 0)
        {
            using Tensor targets = teacher!.Logits(batch, examples, (parts, _) => [.. parts.SelectMany(part => part)]);
            using IntTensor rows = Rows(examples.Length);
            if (task.IsRegression) SquaredErrorFunction.Apply(tape, logits, targets, scale * alpha, loss);
            else DistillationFunction.Apply(tape, logits, targets, rows, teacher.Temperature, scale * alpha, loss);
        }

        tape.Backward(loss);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(int batchSize, Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        var metrics = new Dictionary<string, double>();
        using var packed = new PackedWeights(backend, model);
        for (int i = 0; i < evalSets.Count; i++) EvaluateSet(evalSets[i], evalSequences[i], batchSize, metrics, prediction, progress, cancellation);
        return metrics;
    }

    /// <summary>The JSON object of one prediction: class or score, and the logits.</summary>
    public static JsonObject Prediction(TextTask task, int index, float[] logits)
    {
        var json = new JsonObject { ["index"] = index };
        if (task.IsRegression) json["prediction"] = logits[0];
        else json["prediction"] = ArgMax(logits);
        json["logits"] = new JsonArray([.. logits.Select(value => (JsonNode)value)]);
        return json;
    }

    private void EvaluateSet(
        EvalSet set, List<Encoding> sequences, int batchSize, Dictionary<string, double> metrics,
        Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        var logits = new float[sequences.Count][];
        ForwardPasses.Run(backend, sequences, batchSize, model.Forward, (first, _, output) => output.Chunk(Classes).ToArray().CopyTo(logits, first), "eval", progress, cancellation);
        if (prediction is not null)
        {
            for (int i = 0; i < logits.Length; i++)
            {
                JsonObject json = Prediction(task, i, logits[i]);
                if (set.HasLabels) json.Insert(1, "label", task.IsRegression ? set.Examples[i].Score : set.Examples[i].Label);
                prediction(json);
            }
        }

        if (!set.HasLabels) return;
        IReadOnlyDictionary<string, double> scores = task.IsRegression
            ? task.Score(logits.Select(row => row[0]).ToArray(), set.Examples.Select(example => example.Score).ToArray())
            : task.Score(logits.Select(ArgMax).ToArray(), set.Examples.Select(example => example.Label).ToArray());
        foreach ((string name, double value) in scores) metrics[$"eval_{name}{set.Suffix}"] = value;
        metrics["eval_loss" + set.Suffix] = logits.Select((row, i) => LossOf(row, set.Examples[i])).DefaultIfEmpty().Average();
        metrics["eval_samples" + set.Suffix] = logits.Length;
    }

    private void AddLabelLoss(Tape tape, Variable logits, TextExample[] examples, float scale, Variable loss)
    {
        if (task.IsRegression)
        {
            using Tensor targets = Tensor.From(backend, new Shape(examples.Length), [.. examples.Select(example => example.Score)]);
            SquaredErrorFunction.Apply(tape, logits, targets, scale, loss);
            return;
        }

        using IntTensor labels = IntTensor.From(backend, [.. examples.Select(example => example.Label)]), rows = Rows(examples.Length);
        CrossEntropyFunction.Apply(tape, logits, rows, labels, scale, loss);
    }

    private IntTensor Rows(int count) => IntTensor.From(backend, [.. Enumerable.Range(0, count + 1).Select(i => i * Classes)]);

    private double LossOf(float[] row, TextExample example)
    {
        if (task.IsRegression) return Math.Pow((double)row[0] - example.Score, 2);
        double max = row.Max();
        return max + Math.Log(row.Sum(value => Math.Exp(value - max))) - row[example.Label];
    }

    private static int ArgMax(float[] row)
    {
        int best = 0;
        for (int i = 1; i < row.Length; i++)
            if (row[i] > row[best]) best = i;
        return best;
    }

    private static List<Encoding> Encode(BertTokenizer tokenizer, IReadOnlyList<TextExample> examples, int maxLength) =>
        [.. examples.Select(example => tokenizer.Encode(example.Text, example.Pair, maxLength))];
}
