// One training run of the demo.
using System.Diagnostics;
using Sprout.Bert;
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Cli.Demo;

/// <summary>What a run of the demo prunes, and how.</summary>
/// <param name="Method">"dense" or a pruning method.</param>
/// <param name="Target">Remaining share aimed at; 1 for the dense run.</param>
/// <param name="Distilled">Whether the dense model teaches.</param>
/// <param name="Options">The method's options.</param>
public sealed record DemoRecipe(string Method, double Target, bool Distilled, PruningOptions Options);

/// <summary>What a run of the demo reached.</summary>
/// <param name="Recipe">What was run.</param>
/// <param name="Accuracy">On the evaluation sentences, in [0, 1].</param>
/// <param name="Density">Kept share of the prunable weights.</param>
/// <param name="NonZeros">Non-zero weights of the encoder's matrices.</param>
/// <param name="Seconds">Training and evaluation time.</param>
public sealed record DemoOutcome(DemoRecipe Recipe, double Accuracy, double Density, long NonZeros, double Seconds);

/// <summary>One training run of the demo, on one thread, so that runs go side by side.</summary>
public static class DemoRun
{
    private const int MaxLength = 32;
    private const int BatchSize = 32;

    /// <summary>Fine-tunes a model, pruning it when the recipe says so.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="seed">Decides everything random.</param>
    /// <param name="steps">Optimiser steps.</param>
    /// <param name="learningRate">AdamW's rate for the weights.</param>
    /// <param name="dense">Weights of the fine-tuned dense model to start from and, when the recipe says so, to learn from; null: the pre-trained model.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>What was reached, and the weights.</returns>
    public static (DemoOutcome Outcome, float[][] Weights) Train(DemoRecipe recipe, int seed, int steps, double learningRate, float[][]? dense, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        int warmup = steps / 10;
        using IBackend backend = Device.Open("cpu", threads: 1);
        BertConfig config = BertConfig.Load(DemoAssets.ModelFolder);
        using BertForSequenceClassification model = Load(backend, config, dense, seed);
        using BertForSequenceClassification? teacher = recipe.Distilled ? Load(backend, config, dense, seed) : null;
        var objective = new TextObjective(
            backend, model, GlueTasks.Get("sst2"), BertTokenizer.Load(DemoAssets.ModelFolder), MaxLength, DemoAssets.Examples(DemoAssets.Sets.Train),
            [new EvalSet("", "dev", DemoAssets.Examples(DemoAssets.Sets.Dev), HasLabels: true)], teacher is null ? null : new Teacher(backend, teacher, teacher.Forward));
        using Pruner? pruner = recipe.Options.IsPruning ? Pruner.ForModel(model.Bert, recipe.Options with { ScheduleWarmup = warmup }, steps, (ulong)seed) : null;
        var options = new TrainingOptions
        {
            MaxSteps = steps,
            BatchSize = BatchSize,
            LearningRate = learningRate,
            WarmupSteps = warmup,
            Seed = (ulong)seed,
            TrainEmbeddings = pruner is null,
            EvalEvery = 0,
            EvalBatchSize = 128,
        };
        using var trainer = new Trainer(backend, objective, options, pruner);
        TrainingResult result = trainer.Train(null, cancellation);
        pruner?.Fold();
        ModelCost cost = ModelInspector.Inspect(model);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (new DemoOutcome(recipe, result.Metrics["eval_accuracy"], cost.Density, cost.KeptWeights, seconds), [.. model.Parameters().Select(parameter => parameter.Value.ToArray())]);
    }

    private static BertForSequenceClassification Load(IBackend backend, BertConfig config, float[][]? weights, int seed)
    {
        var model = new BertForSequenceClassification(backend, config, outputs: 2);
        if (weights is null)
        {
            ModelFolder.Load(model, DemoAssets.ModelFolder, (ulong)seed);
            return model;
        }

        foreach ((Autograd.Parameter parameter, float[] values) in model.Parameters().Zip(weights)) parameter.Value.CopyFrom(values);
        return model;
    }
}
