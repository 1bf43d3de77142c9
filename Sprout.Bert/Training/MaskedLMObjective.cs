// Masked language modelling.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Bert.Training;

/// <summary>
/// Masked language modelling (Devlin et al. 2019, section 3.1): a share of the tokens is predicted; of these 80 % are replaced by [MASK], 10 % by a random token, 10 % stay.
/// With whole-word masking all pieces of a word are chosen together. The choice differs from epoch to epoch and is fixed for evaluation. A sequence's loss is the mean over its chosen tokens.
/// </summary>
public sealed class MaskedLMObjective : Objective
{
    // The last number of 24 bits: more epochs than any run has.
    private const int EvaluationEpoch = (1 << 24) - 1;

    private readonly IBackend backend;
    private readonly BertForMaskedLM model;
    private readonly BertTokenizer tokenizer;
    private readonly IReadOnlyList<Encoding> train, eval;
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
        IBackend backend, BertForMaskedLM model, BertTokenizer tokenizer, IReadOnlyList<Encoding> train, IReadOnlyList<Encoding> eval,
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
    public override BertHead Model => model;

    /// <inheritdoc/>
    public override int TrainCount => train.Count;

    /// <inheritdoc/>
    public override string PrimaryMetric => "eval_accuracy";

    /// <inheritdoc/>
    public override int ForwardBackward(Tape tape, ReadOnlySpan<int> examples, int epoch, float scale, Variable loss)
    {
        var masked = new Masked[examples.Length];
        for (int i = 0; i < masked.Length; i++) masked[i] = Mask(train[examples[i]], examples[i], epoch);
        using Batch batch = Batch.Pack(backend, [.. masked.Select(item => item.Sequence)]);
        int[] chosen = Places(masked, batch), targets = [.. masked.SelectMany(item => item.Targets)];
        if (chosen.Length > 0)
        {
            using IntTensor places = IntTensor.From(backend, chosen), labels = IntTensor.From(backend, targets), rows = Rows(chosen.Length);
            Variable logits = model.Forward(tape, batch, places);
            // The mean over all chosen tokens of the batch, weighted as its share of the step.
            CrossEntropyFunction.Apply(tape, logits, rows, labels, scale * examples.Length / chosen.Length, loss);
            tape.Backward(loss);
        }

        return batch.Tokens;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Evaluate(int batchSize, Action<JsonObject>? prediction, IProgress<TrainerProgress>? progress, CancellationToken cancellation)
    {
        double loss = 0;
        long count = 0, right = 0;
        int vocabulary = model.Config.VocabSize;
        using var packed = new PackedWeights(backend, model);
        for (int first = 0; first < eval.Count; first += batchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            Masked[] masked = [.. Enumerable.Range(first, Math.Min(batchSize, eval.Count - first)).Select(i => Mask(eval[i], i, EvaluationEpoch))];
            using Batch batch = Batch.Pack(backend, [.. masked.Select(item => item.Sequence)]);
            using IntTensor places = IntTensor.From(backend, Places(masked, batch));
            using var tape = new Tape(backend, recording: false);
            float[] logits = model.Forward(tape, batch, places).Value.ToArray();
            int row = 0;
            foreach (int target in masked.SelectMany(item => item.Targets))
            {
                ReadOnlySpan<float> scores = logits.AsSpan(row++ * vocabulary, vocabulary);
                double max = double.NegativeInfinity, sum = 0;
                int best = 0;
                for (int i = 0; i < scores.Length; i++)
                {
                    if (!(scores[i] > max)) continue;
                    max = scores[i];
                    best = i;
                }

                foreach (float score in scores) sum += Math.Exp(score - max);
                loss += max + Math.Log(sum) - scores[target];
                count++;
                if (best == target) right++;
            }
        }

        return new Dictionary<string, double> { ["eval_accuracy"] = right / (double)Math.Max(1, count), ["eval_loss"] = loss / Math.Max(1, count), ["eval_samples"] = eval.Count };
    }

    private static int[] Places(Masked[] masked, Batch batch)
    {
        var places = new List<int>();
        for (int i = 0; i < masked.Length; i++)
            foreach (int place in masked[i].Places) places.Add(batch.HostOffsets[i] + place);
        return [.. places];
    }

    private IntTensor Rows(int count) => IntTensor.From(backend, [.. Enumerable.Range(0, count + 1).Select(i => i * model.Config.VocabSize)]);

    private Masked Mask(Encoding sequence, int example, int epoch)
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

        return new Masked(new Encoding(ids, sequence.TypeIds), places, targets);
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

    private sealed record Masked(Encoding Sequence, List<int> Places, List<int> Targets);
}
