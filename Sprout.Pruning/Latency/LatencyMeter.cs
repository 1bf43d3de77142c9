// Measures a table of latencies.
using System.Diagnostics;
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Pruning.Latency;

/// <summary>
/// Measures what heads and neurons cost on this machine, on layers of such sizes with random weights, as predictors run them. All sizes are run in turn, round
/// after round, so that weights come from memory as they do in a whole model and a busy moment meets all alike; medians count.
/// </summary>
public sealed class LatencyMeter : IDisposable
{
    private const int Warmup = 3, Rounds = 15, GridSteps = 16;
    private const ulong Seed = 42;

    private readonly IBackend backend;
    private readonly TaskModel like;
    private readonly int[] grid;
    private readonly LayerSize[] sizes;
    private readonly SequenceClassifier layers;
    private readonly TaskModel empty;
    private readonly PackedWeights packed;
    private readonly Inference inference;
    private readonly Batch batch;
    private readonly Tensor states;
    private readonly TokenSequence[] sequences;

    /// <summary>Makes the layers.</summary>
    /// <param name="backend">What computes.</param>
    /// <param name="like">The model, for its kind and sizes.</param>
    /// <param name="sequences">Sequences of a pass, at least 1.</param>
    /// <param name="length">Tokens of a sequence, 1 to the model's positions.</param>
    public LatencyMeter(IBackend backend, TaskModel like, int sequences, int length)
    {
        ArgumentNullException.ThrowIfNull(like);
        (this.backend, this.like) = (backend, like);
        ModelConfig config = like.Config;
        grid = [.. Enumerable.Range(0, GridSteps + 1).Select(i => (int)((long)config.IntermediateSize * i / GridSteps)).Distinct()];
        // The first is the layer that has lost everything.
        sizes =
        [
            .. Enumerable.Range(0, config.NumAttentionHeads + 1).Select(heads => new LayerSize(heads, 0)),
            .. grid.Skip(1).Select(neurons => new LayerSize(0, neurons)),
        ];
        var random = new RandomStream(Seed, 0);
        this.sequences =
        [
            .. Enumerable.Range(0, sequences).Select(_ =>
                new TokenSequence([.. Enumerable.Range(0, length).Select(_ => random.NextInt(config.VocabSize))], new int[length])),
        ];
        layers = (config with { NumHiddenLayers = sizes.Length, SproutLayers = sizes, VocabSize = 1, PadTokenId = 0 }).CreateClassifier(backend, outputs: 1);
        empty = Empty(backend, like);
        Initialization.Apply(layers, Seed);
        Initialization.Apply(empty, Seed);
        packed = new PackedWeights(backend, layers);
        inference = new Inference(backend, empty);
        batch = Batch.Pack(backend, this.sequences);
        float[] values = [.. Enumerable.Range(0, batch.Tokens * config.HiddenSize).Select(_ => random.Normal())];
        states = Tensor.From(backend, new Shape(batch.Tokens, config.HiddenSize), values);
    }

    /// <summary>Measures.</summary>
    /// <param name="cancellation">Ends it between rounds.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LatencyTable Measure(CancellationToken cancellation = default)
    {
        ModelConfig config = like.Config;
        var rest = new List<double>();
        List<double>[] inner = [.. sizes.Select(_ => new List<double>())], last = [.. sizes.Select(_ => new List<double>())];
        using Tape tape = Tape.ForInference(backend);
        for (int round = 0; round < Warmup + Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            double whole = Milliseconds(() => inference.Run(sequences, sequences.Length, (_, _, _) => { }));
            double[] ofInner = [.. Enumerable.Range(0, sizes.Length).Select(i => Layer(tape, i, isLast: false))];
            double[] ofLast = [.. Enumerable.Range(0, sizes.Length).Select(i => Layer(tape, i, isLast: true))];
            if (round < Warmup) continue;
            rest.Add(whole);
            // What a layer of this size takes beyond the empty one of the same round.
            for (int i = 0; i < sizes.Length; i++)
            {
                inner[i].Add(ofInner[i] - ofInner[0]);
                last[i].Add(ofLast[i] - ofLast[0]);
            }
        }

        return new LatencyTable
        {
            Architecture = like.Architecture, Layers = config.NumHiddenLayers, Hidden = config.HiddenSize, Heads = config.NumAttentionHeads,
            Neurons = config.IntermediateSize, Batch = sequences.Length, Length = sequences[0].Ids.Length,
            Device = $"{backend.Name}, {backend.InstructionSet}", Rest = Math.Max(Median(rest), 1e-4), Grid = grid,
            Inner = Costs(inner), Last = Costs(last),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        packed.Dispose();
        inference.Dispose();
        batch.Dispose();
        states.Dispose();
        layers.Dispose();
        empty.Dispose();
    }

    // A model of the same kind whose layers have lost everything.
    private static TaskModel Empty(IBackend backend, TaskModel like)
    {
        ModelConfig config = like.Config with { SproutLayers = [.. Enumerable.Repeat(new LayerSize(0, 0), like.Config.NumHiddenLayers)] };
        return like switch
        {
            SequenceClassifier classifier => config.CreateClassifier(backend, classifier.Outputs),
            SpanExtractor => config.CreateSpanExtractor(backend),
            _ => config.CreateMaskedLM(backend),
        };
    }

    private static double Median(IReadOnlyList<double> numbers) => Math.Round(numbers.Order().ElementAt(numbers.Count / 2), 4);

    private LayerLatency Costs(List<double>[] measured)
    {
        double[] medians = [.. measured.Select(Median)];
        int heads = like.Config.NumAttentionHeads;
        return new LayerLatency(Rising(medians[..(heads + 1)]), Rising([0, .. medians[(heads + 1)..]]));
    }

    // Noise aside, more never takes less.
    private static double[] Rising(double[] costs)
    {
        for (int i = 1; i < costs.Length; i++) costs[i] = Math.Max(costs[i], costs[i - 1]);
        return costs;
    }

    private double Layer(Tape tape, int i, bool isLast)
    {
        EncoderLayer layer = layers.Encoder.Layers[i];
        return Milliseconds(() =>
        {
            var x = new Variable(states);
            _ = isLast && like is SequenceClassifier ? layer.ForwardFirstTokens(tape, x, batch) : layer.Forward(tape, x, batch);
            tape.Reset();
        });
    }

    private double Milliseconds(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        backend.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
