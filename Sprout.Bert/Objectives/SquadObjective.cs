// Extractive question answering.
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
/// SQuAD: an example is a window; the loss is the mean of the cross-entropies of start and end over the window's own tokens, distillation likewise.
/// </summary>
public sealed class SquadObjective : Objective
{
    private readonly IBackend backend;
    private readonly SpanExtractor model;
    private readonly IReadOnlyList<SquadWindow> train, eval;
    private readonly IReadOnlyList<TokenSequence> trainSequences, evalSequences;
    private readonly IReadOnlyList<SquadQuestion> questions;
    private readonly SquadAnswers answers;
    private readonly Teacher? teacher;
    private readonly int longest;

    /// <summary>Cuts questions into windows and binds them to a model.</summary>
    /// <param name="backend">The model's backend.</param>
    /// <param name="model">The model.</param>
    /// <param name="features">How windows are cut.</param>
    /// <param name="train">Training questions; empty for evaluation only.</param>
    /// <param name="eval">Questions of the evaluation.</param>
    /// <param name="answers">How spans are searched.</param>
    /// <param name="maxTrainSamples">The first windows only; null: all.</param>
    /// <param name="teacher">A teacher of the same vocabulary, or null.</param>
    public SquadObjective(
        IBackend backend, SpanExtractor model, SquadFeatures features, IReadOnlyList<SquadQuestion> train, IReadOnlyList<SquadQuestion> eval,
        SquadAnswers answers, int? maxTrainSamples = null, Teacher? teacher = null)
    {
        this.backend = backend;
        this.model = model;
        this.answers = answers;
        this.teacher = teacher;
        questions = eval;
        longest = features.MaxLength;
        this.train = [.. features.Windows(train).Take(maxTrainSamples ?? int.MaxValue)];
        this.eval = features.Windows(eval);
        trainSequences = [.. this.train.Select(window => window.Sequence)];
        evalSequences = [.. this.eval.Select(window => window.Sequence)];
    }

    /// <inheritdoc/>
    public override TaskModel Model => model;

    /// <inheritdoc/>
    public override int TrainCount => train.Count;

    /// <inheritdoc/>
    public override string PrimaryMetric => "eval_f1";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics =>
        questions.Any(question => question.Answers.Length > 0) ? ["eval_exact_match", PrimaryMetric, "eval_loss"] : [];

    /// <inheritdoc/>
    public override DataSummary Summary => new(train.Count)
    {
        EvalExamples = eval.Count,
        MaxLength = longest,
        Questions = (Count(train, 0), Count(eval, questions.Count(question => question.Answers.Length == 0))),
    };

    /// <inheritdoc/>
    public override IEnumerable<int> Fingerprint => trainSequences.Concat(evalSequences).SelectMany(sequence => sequence.Numbers)
        .Concat(train.SelectMany(window => (int[])[window.StartLabel, window.EndLabel]))
        .Concat(questions.SelectMany(question => (string[])[question.Id, question.Context, .. question.Answers]).SelectMany(Numbers))
        .Concat(questions.SelectMany(question => question.AnswerStarts));

    // Metrics compare texts, which tokens do not tell whole. The length keeps one text from running into the next.
    private static IEnumerable<int> Numbers(string text) => text.Select(c => (int)c).Prepend(text.Length);

    /// <inheritdoc/>
    public override void Prepare(long totalExamples, IProgress<TrainerProgress>? progress, CancellationToken cancellation) =>
        teacher?.Prepare(trainSequences, totalExamples, Split, progress, cancellation);

    /// <inheritdoc/>
    public override int ForwardBackward(Tape tape, ReadOnlySpan<int> examples, int epoch, float scale, Variable loss)
    {
        var sequences = new TokenSequence[examples.Length];
        for (int i = 0; i < sequences.Length; i++) sequences[i] = trainSequences[examples[i]];
        using Batch batch = Batch.Pack(backend, sequences);
        Variable logits = model.Forward(tape, batch);
        using IntTensor segments = SegmentsOf(batch);
        // Two segments a window, start and end: half the weight each.
        float half = scale / 2, alpha = teacher?.Alpha ?? 0;
        if (alpha < 1)
        {
            var targets = new int[2 * examples.Length];
            for (int i = 0; i < examples.Length; i++)
            {
                targets[i] = train[examples[i]].StartLabel;
                targets[examples.Length + i] = train[examples[i]].EndLabel;
            }

            using IntTensor labels = IntTensor.From(backend, targets);
            CrossEntropyFunction.Apply(tape, logits, segments, labels, half * (1 - alpha), loss);
        }

        if (alpha > 0)
        {
            using Tensor targets = teacher!.Logits(batch, examples, Join);
            DistillationFunction.Apply(tape, logits, targets, segments, teacher.Temperature, half * alpha, loss);
        }

        tape.Backward(loss);
        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override int EvalBatches(int batchSize) => (eval.Count + batchSize - 1) / batchSize;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(
        int batchSize, Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        var logits = new float[eval.Count][];
        using (var inference = new Inference(backend, model))
        {
            var stage = new StageProgress(TrainerProgress.Evaluation, progress);
            inference.Run(evalSequences, batchSize, (first, batch, output) => Split(output.ToArray(), batch).CopyTo(logits, first), stage.Report, cancellation);
        }

        double loss = 0;
        int placed = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (!questions[eval[i].QuestionIndex].HasPlace) continue;
            placed++;
            loss += (Softmax.CrossEntropy(Starts(logits[i]), eval[i].StartLabel) + Softmax.CrossEntropy(Ends(logits[i]), eval[i].EndLabel)) / 2;
        }

        var byQuestion = Enumerable.Range(0, eval.Count).ToLookup(i => eval[i].QuestionIndex);
        var texts = new string[questions.Count];
        for (int i = 0; i < questions.Count; i++)
        {
            int[] windows = [.. byQuestion[i]];
            SquadAnswer answer = answers.Best(
                questions[i].Context, [.. windows.Select(w => eval[w])],
                [.. windows.Select(w => Starts(logits[w]))], [.. windows.Select(w => Ends(logits[w]))]);
            texts[i] = answer.Text;
            prediction?.Invoke(new JsonObject
            {
                ["id"] = questions[i].Id, ["text"] = answer.Text, ["start"] = answer.Start, ["end"] = answer.End, ["score"] = answer.Score,
            });
        }

        int[] answered = [.. Enumerable.Range(0, questions.Count).Where(i => questions[i].Answers.Length > 0)];
        if (answered.Length == 0 && questions.Count > 0) return new Dictionary<string, double>();
        var metrics = SquadMetrics.Score([.. answered.Select(i => texts[i])], [.. answered.Select(i => questions[i].Answers)])
            .ToDictionary(pair => "eval_" + pair.Key, pair => pair.Value);
        metrics["eval_loss"] = loss / Math.Max(1, placed);
        metrics["eval_samples"] = logits.Length;
        return metrics;
    }

    private static QuestionSummary Count(IReadOnlyList<SquadWindow> windows, int unanswered)
    {
        int[] perQuestion = [.. windows.CountBy(window => window.QuestionIndex).Select(pair => pair.Value)];
        // Position 0 is the label of a window that lacks the answer.
        int answered = windows.Count(window => window.StartLabel > 0);
        return new QuestionSummary(perQuestion.Length, unanswered, windows.Count, answered, perQuestion.Count(count => count > 1));
    }

    private static float[] Starts(float[] logits) => logits[..(logits.Length / 2)];

    private static float[] Ends(float[] logits) => logits[(logits.Length / 2)..];

    // The model's output is [2, T]: all starts, then all ends. A window's array is its starts, then its ends.
    private static float[][] Split(float[] output, Batch batch)
    {
        var parts = new float[batch.Sequences][];
        for (int i = 0; i < parts.Length; i++)
        {
            int first = batch.HostOffsets[i], length = batch.HostOffsets[i + 1] - first;
            parts[i] = [.. output.AsSpan(first, length), .. output.AsSpan(batch.Tokens + first, length)];
        }

        return parts;
    }

    private static float[] Join(float[][] parts, Batch batch) => [.. parts.SelectMany(Starts), .. parts.SelectMany(Ends)];

    private IntTensor SegmentsOf(Batch batch)
    {
        int count = batch.Sequences;
        var offsets = new int[(2 * count) + 1];
        for (int i = 0; i <= count; i++)
        {
            offsets[i] = batch.HostOffsets[i];
            offsets[count + i] = batch.Tokens + batch.HostOffsets[i];
        }

        return IntTensor.From(backend, offsets);
    }
}
