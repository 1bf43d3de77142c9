// Options of the training loop.
using System.CommandLine;
using Sprout.Bert.Training;

namespace Sprout.Cli.Settings;

/// <summary>Length, rates, order, logging and saving of a run.</summary>
public sealed class TrainSettings : SettingList
{
    private readonly Option<double> epochs, learningRate, weightDecay, adamEpsilon, maxGradNorm;
    private readonly Option<int?> maxSteps, evalEvery, saveEvery;
    private readonly Option<int> batchSize, accumulation, evalBatchSize, warmupSteps, saveTotalLimit, loggingSteps;
    private readonly Option<bool> shuffle;
    private readonly Option<ulong> seed;

    /// <summary>Adds the options to a command.</summary>
    public TrainSettings(Command command) : base(command)
    {
        var defaults = new TrainingOptions();
        epochs = Add("--epochs", "Passes over the training examples", defaults.Epochs, "--num_train_epochs");
        maxSteps = AddOptional<int?>("--max-steps", "Optimiser steps; wins over --epochs", "--max_steps");
        batchSize = Add("--batch-size", "Sequences in one forward pass", defaults.BatchSize, "--per_device_train_batch_size");
        accumulation = Add("--gradient-accumulation", "Forward passes in one step", defaults.GradientAccumulation, "--gradient_accumulation_steps");
        evalBatchSize = Add("--eval-batch-size", "Sequences in one forward pass of evaluation", defaults.EvalBatchSize, "--per_device_eval_batch_size");
        learningRate = Add("--learning-rate", "AdamW's rate for the weights", defaults.LearningRate, "--learning_rate");
        warmupSteps = Add("--warmup-steps", "Steps of linear warm-up, before the linear decay to 0", defaults.WarmupSteps, "--warmup_steps");
        weightDecay = Add("--weight-decay", "Decoupled weight decay, none on biases and layer norms", defaults.WeightDecay, "--weight_decay");
        adamEpsilon = Add("--adam-epsilon", "AdamW's epsilon", defaults.AdamEpsilon, "--adam_epsilon");
        maxGradNorm = Add("--max-grad-norm", "Clip the gradient's global norm, scores included; 0 is off", defaults.MaxGradNorm, "--max_grad_norm");
        shuffle = Add("--shuffle", "A new order in every epoch; false: file order", defaults.Shuffle);
        seed = Add("--seed", "Decides everything that is random", defaults.Seed);
        evalEvery = AddOptional<int?>("--eval-every", "Steps between evaluations (an epoch); 0: only at the end", "--eval_steps");
        saveEvery = AddOptional<int?>("--save-every", "Steps between checkpoints (an epoch); 0: none but on Ctrl+C", "--save_steps");
        saveTotalLimit = Add("--save-total-limit", "Checkpoints kept", defaults.SaveTotalLimit, "--save_total_limit");
        loggingSteps = Add("--logging-steps", "Steps between log entries", defaults.LoggingSteps, "--logging_steps");
    }

    /// <summary>The run's seed.</summary>
    public ulong Seed(ParseResult result) => result.GetValue(seed);

    /// <summary>The parsed values.</summary>
    public TrainingOptions Read(ParseResult result, bool trainEmbeddings)
    {
        var options = new TrainingOptions
        {
            Epochs = result.GetValue(epochs),
            MaxSteps = result.GetValue(maxSteps),
            BatchSize = result.GetValue(batchSize),
            GradientAccumulation = result.GetValue(accumulation),
            EvalBatchSize = result.GetValue(evalBatchSize),
            LearningRate = result.GetValue(learningRate),
            WarmupSteps = result.GetValue(warmupSteps),
            WeightDecay = result.GetValue(weightDecay),
            AdamEpsilon = result.GetValue(adamEpsilon),
            MaxGradNorm = result.GetValue(maxGradNorm),
            Shuffle = result.GetValue(shuffle),
            Seed = result.GetValue(seed),
            TrainEmbeddings = trainEmbeddings,
            LoggingSteps = result.GetValue(loggingSteps),
            EvalEvery = result.GetValue(evalEvery),
            SaveEvery = result.GetValue(saveEvery),
            SaveTotalLimit = result.GetValue(saveTotalLimit),
        };
        options.Validate();
        return options;
    }
}
