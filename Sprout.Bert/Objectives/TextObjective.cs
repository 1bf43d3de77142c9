// Classification and regression of texts and pairs.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Tokenization;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>
/// Classification (cross-entropy), label sets (binary cross-entropy) or regression (squared error) of texts and pairs, or a loss of the caller's. With a
/// teacher the loss is (1 − α) · loss + α · T² · KL; regressions and label sets distil by the mean squared error of scores and logits.
/// </summary>
public sealed class TextObjective : Objective
{
    private readonly IBackend backend;
    private readonly SequenceClassifier model;
    private readonly TextTask task;
    private readonly ITextLoss labelLoss;
    private readonly ITokenizer tokenizer;
    private readonly int longest;
    private readonly IReadOnlyList<TextExample> train;
    private readonly List<TokenSequence> trainSequences;
    private readonly IReadOnlyList<EvalSet> evalSets;
    private readonly List<List<TokenSequence>> evalSequences;
    private readonly Teacher? teacher;
    private readonly Dictionary<string, ClassReport> classReports = [];

    /// <summary>Tokenizes the examples and binds them to a model.</summary>
    /// <param name="backend">The model's backend.</param>
    /// <param name="model">A model with one output a class, or one for a regression.</param>
    /// <param name="task">Labels and metrics.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="maxLength">Longest sequence in tokens, special ones included.</param>
    /// <param name="train">Training examples; empty for evaluation only.</param>
    /// <param name="evalSets">What is evaluated.</param>
    /// <param name="teacher">A teacher of the same task and vocabulary, or null.</param>
    /// <param name="loss">The loss of the labels; null: the usual one.</param>
    /// <exception cref="ArgumentException">The model has another number of outputs, or an example has no class of the task, or no number.</exception>
    public TextObjective(
        IBackend backend, SequenceClassifier model, TextTask task, ITokenizer tokenizer, int maxLength,
        IReadOnlyList<TextExample> train, IReadOnlyList<EvalSet> evalSets, Teacher? teacher = null, ITextLoss? loss = null)
    {
        this.backend = backend;
        this.model = model;
        this.task = task;
        this.train = train;
        this.evalSets = evalSets;
        this.teacher = teacher;
        labelLoss = loss ?? TextLosses.Get(null, task.IsRegression, task.IsMultiLabel);
        if (model.Outputs != Classes)
            throw new ArgumentException($"TextObjective: task {task.Name} needs a model with {Classes} outputs, found {model.Outputs}.");
        RequireTargets("training", train);
        foreach (EvalSet set in evalSets.Where(set => set.HasLabels)) RequireTargets("evaluation", set.Examples);
        longest = maxLength;
        this.tokenizer = tokenizer;
        trainSequences = Encode(tokenizer, train, maxLength);
        evalSequences = [.. evalSets.Select(set => Encode(tokenizer, set.Examples, maxLength))];
    }

    /// <inheritdoc/>
    public override TaskModel Model => model;

    /// <inheritdoc/>
    public override int TrainCount => train.Count;

    /// <inheritdoc/>
    public override string PrimaryMetric => "eval_" + task.PrimaryMetric;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics =>
        [.. evalSets.Where(set => set.HasLabels).SelectMany(set => task.Metrics.Append("loss").Select(name => $"eval_{name}{set.Suffix}"))];

    /// <inheritdoc/>
    public override DataSummary Summary
    {
        get
        {
            TextExample[] eval = [.. evalSets.Where(set => set.HasLabels).SelectMany(set => set.Examples)];
            float[] scores = [.. train.Concat(eval).Select(example => example.Score).Where(float.IsFinite)];
            return new DataSummary(train.Count)
            {
                EvalExamples = evalSets.Sum(set => set.Examples.Count),
                Columns = Columns,
                IsMultiLabel = task.IsMultiLabel,
                Classes = task.IsRegression ? [] : [.. task.LabelNames.Select((name, id) => new ClassSummary(name, Count(train, id), Count(eval, id)))],
                Range = task.IsRegression && scores.Length > 0 ? (scores.Min(), scores.Max()) : null,
                MaxLength = longest,
                CutTrain = Cut(train, trainSequences),
                CutEval = evalSets.Select((set, i) => Cut(set.Examples, evalSequences[i])).Sum(),
            };
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, ClassReport> ClassReports => classReports;

    /// <inheritdoc/>
    public override IEnumerable<int> Fingerprint => trainSequences.SelectMany(sequence => sequence.Numbers).Concat(Targets(train))
        .Concat(evalSequences.SelectMany(set => set).SelectMany(sequence => sequence.Numbers)).Concat(evalSets.SelectMany(set => Targets(set.Examples)));

    /// <summary>Where the examples come from, for the summary.</summary>
    internal ColumnSummary? Columns { get; init; }

    private int Classes => task.IsRegression ? 1 : task.LabelNames.Count;

    /// <inheritdoc/>
    public override void Prepare(long totalExamples, IProgress<TrainerProgress>? progress, CancellationToken cancellation) =>
        teacher?.Prepare(trainSequences, totalExamples, (output, batch) => [.. output.Chunk(Classes)], progress, cancellation);

    /// <inheritdoc/>
    public override int ForwardBackward(Tape tape, ReadOnlySpan<int> examples, int epoch, float scale, Variable loss)
    {
        var sequences = new TokenSequence[examples.Length];
        for (int i = 0; i < sequences.Length; i++) sequences[i] = trainSequences[examples[i]];
        using Batch batch = Batch.Pack(backend, sequences);
        Variable logits = model.Forward(tape, batch);
        float alpha = teacher?.Alpha ?? 0;
        if (alpha < 1) labelLoss.Add(tape, logits, [.. examples.ToArray().Select(i => train[i])], scale * (1 - alpha), loss);
        if (alpha > 0)
        {
            using Tensor targets = teacher!.Logits(batch, examples, (parts, _) => [.. parts.SelectMany(part => part)]);
            using IntTensor rows = Segments.OfRows(backend, examples.Length, Classes);
            // Of regressions and label sets the mean over the outputs; softmax means nothing there.
            if (task.IsRegression || task.IsMultiLabel) SquaredErrorFunction.Apply(tape, logits, targets, scale * alpha / Classes, loss);
            else DistillationFunction.Apply(tape, logits, targets, rows, teacher.Temperature, scale * alpha, loss);
        }

        tape.Backward(loss);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override int EvalBatches(int batchSize) => evalSequences.Sum(set => (set.Count + batchSize - 1) / batchSize);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(
        int batchSize, Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        var metrics = new Dictionary<string, double>();
        using var inference = new Inference(backend, model);
        for (int i = 0; i < evalSets.Count; i++)
        {
            var logits = new float[evalSequences[i].Count][];
            var stage = new StageProgress(TrainerProgress.Evaluation, progress);
            inference.Run(
                evalSequences[i], batchSize, (first, _, output) => output.ToArray().Chunk(Classes).ToArray().CopyTo(logits, first), stage.Report, cancellation);
            if (prediction is not null) Predict(evalSets[i], logits, prediction);
            if (evalSets[i].HasLabels) Measure(evalSets[i], logits, metrics);
        }

        return metrics;
    }

    private void Predict(EvalSet set, float[][] logits, Action<JsonObject> prediction)
    {
        for (int i = 0; i < logits.Length; i++)
        {
            var json = new JsonObject { ["index"] = i };
            if (set.HasLabels) json["label"] = Target(set.Examples[i]);
            json["prediction"] = task.IsRegression ? logits[i][0] : task.IsMultiLabel ? Ids(Sigmoid.Likely(logits[i])) : Softmax.ArgMax(logits[i]);
            json["logits"] = new JsonArray([.. logits[i].Select(value => (JsonNode)value)]);
            prediction(json);
        }
    }

    private void Measure(EvalSet set, float[][] logits, Dictionary<string, double> metrics)
    {
        IReadOnlyDictionary<string, double> scores = task.IsRegression ? ScoreNumbers(set, logits)
            : task.IsMultiLabel ? ScoreSets(set, logits)
            : ScoreClasses(set, logits);
        foreach ((string name, double value) in scores) metrics[$"eval_{name}{set.Suffix}"] = value;
        metrics["eval_loss" + set.Suffix] = logits.Select((row, i) => labelLoss.Of(row, set.Examples[i])).DefaultIfEmpty().Average();
        metrics["eval_samples" + set.Suffix] = logits.Length;
    }

    private IReadOnlyDictionary<string, double> ScoreNumbers(EvalSet set, float[][] logits) =>
        task.Score(logits.Select(row => row[0]).ToArray(), set.Examples.Select(example => example.Score).ToArray());

    private IReadOnlyDictionary<string, double> ScoreClasses(EvalSet set, float[][] logits)
    {
        int[] predictions = [.. logits.Select(row => Softmax.ArgMax(row))], labels = [.. set.Examples.Select(example => example.Label)];
        classReports[set.Suffix] = new ConfusionMatrix(task.LabelNames, predictions, labels);
        return task.Score(predictions, labels);
    }

    private IReadOnlyDictionary<string, double> ScoreSets(EvalSet set, float[][] logits)
    {
        var counts = new LabelCounts(
            task.LabelNames, [.. logits.Select(row => Sigmoid.Likely(row))], [.. set.Examples.Select(example => example.Labels)]);
        classReports[set.Suffix] = counts;
        return task.Score(counts);
    }

    private JsonNode Target(TextExample example) => task.IsRegression ? example.Score : task.IsMultiLabel ? Ids(example.Labels) : example.Label;

    private static JsonArray Ids(IReadOnlyList<int> ids) => [.. ids.Select(id => (JsonNode)id)];

    private static IEnumerable<int> Targets(IReadOnlyList<TextExample> examples) => examples.SelectMany(example =>
        (int[])[example.Label, BitConverter.SingleToInt32Bits(example.Score), .. example.Labels]);

    private int Count(IEnumerable<TextExample> examples, int id) =>
        examples.Count(example => task.IsMultiLabel ? example.Labels.Contains(id) : example.Label == id);

    // Only a sequence of the full length can have lost something; one token more tells.
    private int Cut(IReadOnlyList<TextExample> examples, List<TokenSequence> sequences) => examples.Where((example, i) =>
        sequences[i].Ids.Length >= longest && tokenizer.Encode(example.Text, example.Pair, longest + 1).Ids.Length > longest).Count();

    private void RequireTargets(string kind, IReadOnlyList<TextExample> examples)
    {
        for (int i = 0; i < examples.Count; i++)
        {
            TextExample example = examples[i];
            if (task.IsRegression && !float.IsFinite(example.Score))
                throw new ArgumentException($"Task {task.Name}, {kind} example {i}: expected a score, found {example.Score}.");
            if (task.IsMultiLabel)
            {
                if (example.Labels.Any(id => (uint)id >= (uint)Classes) || example.Labels.Distinct().Count() < example.Labels.Count)
                {
                    string found = string.Join(", ", example.Labels);
                    throw new ArgumentException(
                        $"Task {task.Name}, {kind} example {i}: expected class ids from 0 to {Classes - 1}, each once, found {found}.");
                }

                continue;
            }

            if (!task.IsRegression && (uint)example.Label >= (uint)Classes)
                throw new ArgumentException($"Task {task.Name}, {kind} example {i}: expected a class id from 0 to {Classes - 1}, found {example.Label}.");
        }
    }

    private static List<TokenSequence> Encode(ITokenizer tokenizer, IReadOnlyList<TextExample> examples, int maxLength) =>
        [.. examples.Select(example => tokenizer.Encode(example.Text, example.Pair, maxLength))];
}
