// Times the forward pass and the training step of a model.
using System.Diagnostics;
using System.Text.Json.Nodes;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Cli.Bench;

/// <summary>What a model benchmark needs.</summary>
/// <param name="Source">The model; its weights may be random.</param>
/// <param name="Sequences">What goes through it, in batches of <paramref name="BatchSize"/>.</param>
/// <param name="BatchSize">Sequences of a repetition.</param>
/// <param name="Warmup">Repetitions that are not timed.</param>
/// <param name="Repeat">Repetitions that are.</param>
/// <param name="Pruning">Method and density.</param>
/// <param name="Format">dense: weights without zeros; sparse: these beside dense ones, in turn; null: as they are.</param>
/// <param name="InIntegers">Whether the encoder's products are computed in 8-bit integers, where it is faster.</param>
/// <param name="TrainEmbeddings">Whether a training step includes the embedding tables.</param>
/// <param name="Threads">Processor threads.</param>
internal sealed record BenchModel(
    ModelSource Source, IReadOnlyList<TokenSequence> Sequences, int BatchSize, int Warmup, int Repeat,
    PruningOptions Pruning, string? Format, bool InIntegers, bool? TrainEmbeddings, int Threads)
{
    private const ulong Seed = 42;

    /// <summary>
    /// Times passes without gradients; with a density below 1, of weights with that share of random non-zeros. Beside dense ones it tells the time of these and
    /// the median of the ratios.
    /// </summary>
    public JsonObject Forward(IBackend backend, ProfiledBackend? profile, CancellationToken cancellation)
    {
        double? pruned = Format != "dense" && Pruning.Density < 1 ? Pruning.Density : null;
        // Pruned as training would prune it.
        ModelSource source = pruned is null ? Source : WholeModel.Of(Source);
        using SequenceClassifier model = Format == "dense" ? LoadDense(source, backend) : Load(source, backend, onlyAnswers: pruned is null && !InIntegers);
        using SequenceClassifier? dense = Format == "sparse" ? LoadDense(WholeModel.Of(Source), backend) : null;
        using Pruner? pruner = pruned is not null
            ? PruningMethods.CreatePruner(model.Encoder, Pruning with { Method = "random" }, 1, Seed)
            : null;
        pruner?.Fold();
        if (InIntegers) IntegerLayers.Quantize(model);
        var (timing, denseTiming, ratios) = (new BenchTiming(), new BenchTiming(), new List<double>());
        using var inference = new Inference(backend, model);
        using Inference? denseInference = dense is null ? null : new Inference(backend, dense);
        long multiplied = MultipliedWeights(model);
        bool isDense = !model.Encoder.Layers.SelectMany(layer => layer.Prunable).Any(layer => layer.Factor.IsSparse);
        if (dense is not null && isDense && multiplied == Weights([.. dense.Encoder.Layers]))
            throw new OptionException("--format sparse: expected a model that has lost enough weights for sparse products, found none; give --density.");
        for (int i = 0; i < Warmup + Repeat; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (i == Warmup) profile?.Restart();
            TokenSequence[] chosen = [.. Enumerable.Range(i * BatchSize, BatchSize).Select(j => Sequences[j % Sequences.Count])];
            double denseSeconds = Seconds(denseInference), seconds = Seconds(inference);
            if (i < Warmup) continue;
            BenchWork work = Work(model, multiplied, [.. chosen.Select(sequence => sequence.Ids.Length)]);
            timing.Add(seconds, work);
            denseTiming.Add(denseSeconds, work);
            ratios.Add(denseSeconds / seconds);

            double Seconds(Inference? passes)
            {
                long start = Stopwatch.GetTimestamp();
                passes?.Run(chosen, BatchSize, (_, _, _) => { }, cancellation: cancellation);
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }

        JsonObject report = timing.Report(backend, "forward", Threads, Weights(model), Weights([.. model.Encoder.Layers]), pruner?.Density ?? 1);
        if (dense is null) return report;
        report["dense_median_s"] = denseTiming.Median;
        report["dense_tokens_per_s"] = denseTiming.TokensPerSecond;
        report["dense_sequences_per_s"] = denseTiming.SequencesPerSecond;
        report["speedup"] = BenchTiming.MedianOf(ratios);
        return report;
    }

    /// <summary>Times whole optimiser steps of the trainer: masks, forward and backward passes, clipping, update.</summary>
    public JsonObject TrainStep(IBackend backend, ProfiledBackend? profile, CancellationToken cancellation)
    {
        using SequenceClassifier model = Load(WholeModel.Of(Source), backend, onlyAnswers: false);
        int steps = Warmup + Repeat;
        var options = new TrainingOptions
        {
            MaxSteps = steps, BatchSize = BatchSize, LearningRate = 1e-5, Seed = Seed, TrainEmbeddings = TrainEmbeddings,
            LoggingSteps = steps, EvalEvery = 0, SaveEvery = 0,
        };
        using Pruner? pruner = PruningMethods.CreatePruner(model.Encoder, Pruning, steps, Seed);
        var objective = new BenchObjective(backend, model, Sequences);
        using var trainer = new Trainer(backend, objective, options, pruner);
        var timing = new BenchTiming();
        double density = 1;
        var clock = new StepClock(backend, (step, seconds, shown) =>
        {
            density = shown;
            if (step == Warmup) profile?.Restart();
            BenchWork forward = Work(model, Weights([.. model.Encoder.Layers]), objective.Lengths);
            if (step > Warmup) timing.Add(seconds, forward with { Flops = 3 * forward.Flops });
        });
        trainer.Train(clock, cancellation);
        return timing.Report(backend, "train-step", Threads, Weights(model), Weights([.. model.Encoder.Layers]), density);
    }

    // 2 a weight and token that is multiplied, and 4 · length² · width of its heads a layer and sequence for attention's two products.
    private static BenchWork Work(SequenceClassifier model, long weights, int[] lengths)
    {
        double attention = 4.0 * model.Encoder.Layers.Sum(layer => (long)layer.Attention.Query.Weight.Shape[0]);
        return new BenchWork(lengths.Sum(length => (2.0 * weights * length) + (attention * length * length)), lengths.Sum(), lengths.Length);
    }

    // The encoder's weights, of sparse layers those that are left.
    private static long MultipliedWeights(SequenceClassifier model) =>
        Weights([.. model.Encoder.Layers]) - model.Encoder.Layers.SelectMany(layer => layer.Prunable).Sum(layer => layer.Weight.Shape.Count)
            + InferenceInspector.Inspect(model).MultipliedWeights;

    private static long Weights(params ReadOnlySpan<Module> modules)
    {
        long count = 0;
        foreach (Module module in modules) count += module.Parameters().Sum(parameter => parameter.Shape.Count);
        return count;
    }

    // The model's shapes without its zeros: the time of a dense pass does not depend on the numbers.
    private static SequenceClassifier LoadDense(ModelSource source, IBackend backend)
    {
        SequenceClassifier model = Load(source, backend, onlyAnswers: false);
        Initialization.Apply(model, Seed);
        return model;
    }

    private static SequenceClassifier Load(ModelSource source, IBackend backend, bool onlyAnswers)
    {
        SequenceClassifier model = source.Config.CreateClassifier(backend, BenchObjective.Classes);
        source.Load(model, Seed, onlyAnswers);
        return model;
    }

    /// <summary>Measures from report to report; the trainer reports after every step, on its own thread.</summary>
    private sealed class StepClock(IBackend backend, Action<int, double, double> take) : IProgress<TrainerProgress>
    {
        private long last = Stopwatch.GetTimestamp();

        public void Report(TrainerProgress value)
        {
            backend.Synchronize();
            if (value.Stage == "train") take(value.Step, Stopwatch.GetElapsedTime(last).TotalSeconds, value.Density);
            last = Stopwatch.GetTimestamp();
        }
    }
}
