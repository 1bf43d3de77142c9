// Masked language modelling.
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
using Sprout.Tensors.Random;

namespace Sprout.Bert.Objectives;

/// <summary>
/// Masked language modelling (Devlin et al. 2019, section 3.1): a share of the tokens is predicted; of these 80 % are replaced by [MASK], 10 % by a random
/// token, 10 % stay. With whole-word masking all pieces of a word are chosen together. The choice differs from epoch to epoch and is fixed for evaluation. A
/// sequence's loss is the mean over its chosen tokens.
/// </summary>
public sealed class MaskedLMObjective : Objective
{
    // The last number of 24 bits: more epochs than any run has.
    private const int EvaluationEpoch = (1 << 24) - 1;

    private readonly IBackend backend;
    private readonly MaskedLanguageModel model;
    private readonly ITokenizer tokenizer;
    private readonly IReadOnlyList<TokenSequence> train, eval;
    private readonly double share;
    private readonly bool wholeWords;
    private readonly ulong seed;

    /// <summary>Binds sequences to a model.</summary>
    /// <param name="backend">The model's backend.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="train">Training sequences.</param>
    /// <param name="eval">Evaluation sequences.</param>
    /// <param name="share">Share of the words (or tokens) that are predicted; at least one a sequence.</param>
    /// <param name="wholeWords">Whether the pieces of a word are chosen together.</param>
    /// <param name="seed">Decides the choices.</param>
    public MaskedLMObjective(
        IBackend backend, MaskedLanguageModel model, ITokenizer tokenizer, IReadOnlyList<TokenSequence> train, IReadOnlyList<TokenSequence> eval,
        double share = 0.15, bool wholeWords = true, ulong seed = 42)
    {
        this.backend = backend;
        this.model = model;
        this.tokenizer = tokenizer;
        this.train = train;
        this.eval = eval;
        this.share = share;
        this.wholeWords = wholeWords;
        this.seed = seed;
    }

    /// <inheritdoc/>
    public override TaskModel Model => model;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Metrics => eval.Count == 0 ? [] : [PrimaryMetric, "eval_loss"];

    /// <inheritdoc/>
    public override int TrainCount => train.Count;

    /// <inheritdoc/>
    public override IEnumerable<int> Fingerprint => train.Concat(eval).SelectMany(sequence => sequence.Numbers);

    /// <inheritdoc/>
    public override DataSummary Summary => new(train.Count)
    {
        EvalExamples = eval.Count, MaxLength = Longest, CutTrain = Cut.Train, CutEval = Cut.Eval, Masks = new MaskSummary(share, wholeWords),
    };

    /// <inheritdoc/>
    public override string PrimaryMetric => "eval_accuracy";

    /// <summary>Longest sequence in tokens, for the summary.</summary>
    internal int Longest { get; init; }

    /// <summary>Texts that lost their end, for the summary.</summary>
    internal (int Train, int Eval) Cut { get; init; }

    /// <inheritdoc/>
    public override int ForwardBackward(Tape tape, ReadOnlySpan<int> examples, int epoch, float scale, Variable loss)
    {
        var masked = new Masked[examples.Length];
        for (int i = 0; i < masked.Length; i++) masked[i] = Mask(train[examples[i]], examples[i], epoch);
        using Batch batch = Batch.Pack(backend, [.. masked.Select(item => item.Sequence)]);
        int[] chosen = Places(masked, batch), targets = [.. masked.SelectMany(item => item.Targets)];
        if (chosen.Length > 0)
        {
            using IntTensor places = IntTensor.From(backend, chosen), labels = IntTensor.From(backend, targets);
            Variable logits = model.Forward(tape, batch, places);
            using IntTensor rows = Segments.OfRows(backend, chosen.Length, logits.Shape.Columns);
            // The mean over all chosen tokens of the batch, weighted as its share of the step.
            CrossEntropyFunction.Apply(tape, logits, rows, labels, scale * examples.Length / chosen.Length, loss);
            tape.Backward(loss);
        }

        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override int EvalBatches(int batchSize) => (eval.Count + batchSize - 1) / batchSize;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(
        int batchSize, Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        double loss = 0;
        long count = 0, right = 0, tokens = 0;
        int vocabulary = model.Config.VocabSize, batches = EvalBatches(batchSize);
        using var inference = new Inference(backend, model);
        var stage = new StageProgress(TrainerProgress.Evaluation, progress);
        for (int i = 0; i < batches; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            int start = i * batchSize;
            Masked[] masked = [.. Enumerable.Range(start, Math.Min(batchSize, eval.Count - start)).Select(j => Mask(eval[j], j, EvaluationEpoch))];
            using Batch batch = Batch.Pack(backend, [.. masked.Select(item => item.Sequence)]);
            using IntTensor places = IntTensor.From(backend, Places(masked, batch));
            ReadOnlySpan<float> logits = inference.Forward(tape => model.Forward(tape, batch, places));
            int row = 0;
            foreach (int target in masked.SelectMany(item => item.Targets))
            {
                ReadOnlySpan<float> scores = logits.Slice(row++ * vocabulary, vocabulary);
                int best = Softmax.ArgMax(scores);
                loss += Softmax.CrossEntropy(scores, target);
                count++;
                if (best == target) right++;
                prediction?.Invoke(new JsonObject { ["index"] = count - 1, ["label"] = tokenizer.TokenOf(target), ["prediction"] = tokenizer.TokenOf(best) });
            }

            stage.Report(i + 1, batches, tokens += batch.Tokens);
        }

        return new Dictionary<string, double>
        {
            ["eval_accuracy"] = right / (double)Math.Max(1, count), ["eval_loss"] = loss / Math.Max(1, count), ["eval_samples"] = eval.Count,
        };
    }

    private static int[] Places(Masked[] masked, Batch batch)
    {
        var places = new List<int>();
        for (int i = 0; i < masked.Length; i++)
            foreach (int place in masked[i].Places) places.Add(batch.HostOffsets[i] + place);
        return [.. places];
    }

    private Masked Mask(TokenSequence sequence, int example, int epoch)
    {
        var random = new RandomStream(seed, RandomStreams.Of(RandomPurpose.MaskedWords, ((ulong)epoch << 32) | (uint)example));
        List<(int First, int End)> words = Words(sequence.Ids);
        int wanted = Math.Min(words.Count, Math.Max(1, (int)Math.Round(words.Count * share)));
        int[] order = [.. Enumerable.Range(0, words.Count)];
        random.Shuffle(order);
        Array.Resize(ref order, wanted);
        Array.Sort(order);
        int[] ids = [.. sequence.Ids];
        List<int> places = [], targets = [];
        foreach (int word in order)
        {
            double kind = random.NextDouble();
            for (int t = words[word].First; t < words[word].End; t++)
            {
                places.Add(t);
                targets.Add(ids[t]);
                if (kind < 0.8) ids[t] = tokenizer.MaskId;
                else if (kind < 0.9) ids[t] = random.NextInt(tokenizer.VocabSize);
            }
        }

        return new Masked(new TokenSequence(ids, sequence.TypeIds), places, targets);
    }

    // Runs of pieces that are chosen together; special tokens are never chosen.
    private List<(int First, int End)> Words(int[] ids)
    {
        var words = new List<(int, int)>();
        for (int t = 0; t < ids.Length;)
        {
            int first = t++;
            if (ids[first] == tokenizer.ClsId || ids[first] == tokenizer.SepId || ids[first] == tokenizer.PadId) continue;
            while (wholeWords && t < ids.Length && tokenizer.IsWordContinuation(ids[t])) t++;
            words.Add((first, t));
        }

        return words;
    }

    private sealed record Masked(TokenSequence Sequence, List<int> Places, List<int> Targets);
}
