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
/// after round, so that weights come from memory as they do in a whole model. The least time of all rounds counts: what else the machine does only adds.
/// </summary>
public sealed class LatencyMeter : IDisposable
{
    private const int Rounds = 20, GridSteps = 16, Digits = 4;
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
        var random = new RandomStream(Seed, RandomStreams.OfName(nameof(LatencyMeter)));
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
        double rest = double.PositiveInfinity;
        double[] inner = [.. sizes.Select(_ => rest)], last = [.. inner];
        using Tape tape = Tape.ForInference(backend);
        for (int round = 0; round < Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            rest = Math.Min(rest, Milliseconds(() => inference.Run(sequences, sequences.Length, (_, _, _) => { })));
            for (int i = 0; i < sizes.Length; i++) inner[i] = Math.Min(inner[i], Layer(tape, i, isLast: false));
            for (int i = 0; i < sizes.Length; i++) last[i] = Math.Min(last[i], Layer(tape, i, isLast: true));
        }

        return new LatencyTable
        {
            Architecture = like.Architecture, Layers = config.NumHiddenLayers, Hidden = config.HiddenSize, Heads = config.NumAttentionHeads,
            Neurons = config.IntermediateSize, Batch = sequences.Length, Length = sequences[0].Ids.Length,
            Device = $"{backend.Name}, {backend.InstructionSet}", Rest = Math.Max(Rounded(rest), 1e-4), Grid = grid,
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

    private static double Rounded(double milliseconds) => Math.Round(milliseconds, Digits);

    // What a layer takes beyond the empty one.
    private LayerLatency Costs(double[] measured)
    {
        double[] more = [.. measured.Select(time => Rounded(time - measured[0]))];
        int heads = like.Config.NumAttentionHeads;
        return new LayerLatency(Rising(more[..(heads + 1)]), Rising([0, .. more[(heads + 1)..]]));
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
