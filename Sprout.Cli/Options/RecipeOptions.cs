// The options of recipes: one line each.
using Sprout.Bert.Objectives;
using Sprout.Bert.Tasks;
using Sprout.Pruning;
using Sprout.Pruning.Methods;

namespace Sprout.Cli.Options;

/// <summary>
/// The options of recipes by theme, for the commands that take them. Their meaning and defaults are those of the properties of the same names.
/// </summary>
internal static class RecipeOptions
{
    /// <summary>Which model, task and evaluation data.</summary>
    public static void AddTask(OptionTable table)
    {
        table.Text("--model", "Folder with config.json, model.safetensors and vocab.txt or tokenizer.json, or sparse file", "path", "--model_name_or_path");
        AddEvaluation(table);
    }

    /// <summary>Which task and evaluation data.</summary>
    public static void AddEvaluation(OptionTable table)
    {
        string tasks = string.Join('|', TaskRegistry.Names.Where(name => name != TaskRegistry.MaskedLM));
        table.Text("--task", "What is learned; text: a table of your own", tasks, "--task_name");
        table.Text("--data", "Folder with the official file names (train.tsv, dev.tsv, train-v1.1.json, …)", "folder", "--data_dir");
        table.Text("--eval-file", "Evaluation file, instead of the folder's", "file", "--validation_file");
        table.Text("--text-column", "Task text: column of the text (name or 0-based index)", "column");
        table.Text("--pair-column", "Task text: column of the second text", "column");
        table.Text("--label-column", "Task text: column of the label", "column");
        table.Whole("--max-length", "Longest sequence in tokens (default: 128, SQuAD 384)", "--max_seq_length");
        table.Whole("--max-eval-samples", "Only the first N evaluation examples", "--max_eval_samples");
        AddWindows(table);
        table.Whole("--n-best", "SQuAD: best starts and ends that are combined", "--n_best_size");
    }

    /// <summary>How contexts are cut, and how long answers are.</summary>
    public static void AddWindows(OptionTable table)
    {
        table.Whole("--doc-stride", "SQuAD: tokens between the starts of two windows", "--doc_stride");
        table.Whole("--max-query-length", "SQuAD: tokens kept of a question", "--max_query_length");
        table.Whole("--max-answer-length", "SQuAD: longest answer in tokens", "--max_answer_length");
    }

    /// <summary>Where a run starts, and what it trains on.</summary>
    public static void AddTrainingData(OptionTable table)
    {
        AddFreshModel(table);
        table.Text("--train-file", "Training file, instead of the folder's", "file", "--train_file");
        table.Number("--eval-split", "Evaluate on this share of the training examples, which are not trained on; instead of an evaluation file");
        table.Whole("--max-train-samples", "Only the first N training examples", "--max_train_samples");
        table.Flag("--regression", "Task text: labels are scores, also whole ones (if all are numbers, one not whole)");
        table.Flag("--multi-label", "Task text: a text may have any number of labels, separated by commas");
        table.Text("--class-weights", "Weights of the classes in the loss: balanced, or label=weight,label=weight,…", "weights");
        table.Number("--label-smoothing", "Share of the loss that goes to all classes alike", "--label_smoothing_factor");
        table.Flag("--ignore-mismatched-sizes", "Start a head afresh that is for another number of labels", "--ignore_mismatched_sizes");
        table.Flag("--keep-zeros", "Train a pruned model without filling it: what is 0 stays 0 (without --method)");
        table.Text("--loss", "Loss of classes, numbers or label sets (default: the task's)", string.Join('|', TextLosses.Names));
    }

    /// <summary>A model that nothing has trained.</summary>
    public static void AddFreshModel(OptionTable table)
    {
        table.Text("--config", "config.json of a fresh model, instead of --model", "file", "--config_name");
        table.Text("--vocab", "vocab.txt of a fresh model", "file", "--tokenizer_name");
    }

    /// <summary>What is pre-trained on what.</summary>
    public static void AddPretraining(OptionTable table)
    {
        table.Text("--model", "Model folder to continue from", "folder", "--model_name_or_path");
        AddFreshModel(table);
        table.Files("--train-file", "Text files, one sequence a line", "--train_file");
        table.Text("--eval-file", "Text file for evaluation; otherwise the last hundredth of the training lines", "file", "--validation_file");
        table.Whole("--max-length", "Longest sequence in tokens (default: 128)", "--max_seq_length");
        table.Number("--mask-probability", "Share of the words that are predicted", "--mlm_probability");
        table.Flag("--whole-word", "Choose all pieces of a word together");
    }

    /// <summary>Length, rates, order, logging and saving of a run.</summary>
    public static void AddTraining(OptionTable table)
    {
        table.Number("--dropout", "Overrides all dropouts of config.json");
        table.Number("--epochs", "Passes over the training examples", "--num_train_epochs");
        table.Whole("--max-steps", "Optimiser steps; wins over --epochs", "--max_steps");
        table.Whole("--batch-size", "Sequences in one forward pass", "--per_device_train_batch_size", "--per_gpu_train_batch_size");
        table.Whole("--gradient-accumulation", "Forward passes in one step", "--gradient_accumulation_steps");
        AddEvalBatchSize(table);
        table.Number("--learning-rate", "AdamW's rate for the weights", "--learning_rate");
        table.Choice(
            "--lr-schedule", "How the learning rates go on after the warm-up",
            ["linear", "cosine", "constant", "one-cycle"], HuggingFace.Schedules, "--lr_scheduler_type");
        table.Whole("--warmup-steps", "Steps of linear warm-up of the learning rates", "--warmup_steps");
        table.Number("--warmup-ratio", "Warm-up as a share of the run's steps, instead of --warmup-steps", "--warmup_ratio");
        table.Number("--weight-decay", "Decoupled weight decay, none on biases and layer norms", "--weight_decay");
        table.Number("--adam-epsilon", "AdamW's epsilon", "--adam_epsilon");
        table.Number("--max-grad-norm", "Clip the gradient's global norm, scores included; 0 is off", "--max_grad_norm");
        table.Flag("--shuffle", "A new order in every epoch; false: file order");
        table.Seed("--seed", "Decides everything that is random");
        table.Whole("--eval-every", "Steps between evaluations (default: an epoch); 0: only at the end", "--eval_steps");
        table.Flag("--evaluate", "Evaluate during and after training; false: no evaluation file is read", "--do_eval");
        table.Choice("--keep", "Which model is the result: that of the last step or of the best evaluation", ["last", "best"]);
        table.Text("--best-metric", "Metric that says which evaluation is best (default: the task's)", "name", "--metric_for_best_model");
        table.Whole("--patience", "End after N evaluations without a better one", "--early_stopping_patience");
        table.Whole("--save-every", "Steps between checkpoints (default: an epoch); 0: none but on Ctrl+C", "--save_steps");
        table.Whole("--save-total-limit", "Checkpoints kept", "--save_total_limit");
        table.Whole("--logging-steps", "Steps between log entries", "--logging_steps");
    }

    /// <summary>The batch size of evaluation.</summary>
    public static void AddEvalBatchSize(OptionTable table, params string[] others) =>
        table.Whole(
            "--eval-batch-size", "Sequences in one forward pass of evaluation", ["--per_device_eval_batch_size", "--per_gpu_eval_batch_size", .. others]);

    /// <summary>Method, density, schedule, scores and penalty.</summary>
    public static void AddPruning(OptionTable table)
    {
        table.Choice("--method", "What is pruned while training", [PruningOptions.NoMethod, .. PruningMethods.Names], HuggingFace.Methods, "--pruning_method");
        table.Number("--density", "Share of weights kept at the end (magnitude, movement, random)");
        table.Number("--initial-density", "Share of weights kept at the start");
        table.Number("--threshold", "soft-movement: final τ in σ(S) > τ");
        table.Number("--lambda", "Final weight of the penalty (soft-movement, l0)", "--final_lambda");
        table.Choice("--scope", "Top_v in each matrix or over all of them", ["local", "global"]);
        table.Number("--score-learning-rate", "AdamW's rate for the scores", "--mask_scores_learning_rate");
        table.Choice("--score-init", "How scores start", ["constant", "uniform", "kaiming"], null, "--mask_init");
        table.Number("--score-scale", "Constant or range of the start (default: 0; l0: 2.197)", "--mask_scale");
        table.Whole("--schedule-warmup", "N of the cubic schedule, in steps (default: --warmup-steps)");
        table.Whole("--initial-warmup", "The schedule starts after i·N steps", "--initial_warmup");
        table.Whole("--final-warmup", "The schedule ends f·N steps before the end", "--final_warmup");
        table.Flag("--train-embeddings", "Train the embedding tables (default: false when pruning, else true)");
        table.Text("--block", "One score a block of RxC weights", "RxC");
        table.Choice("--attention-unit", "One score a block of each matrix, or a head's part of all four", ["block", "head"]);
        table.Choice("--feed-forward-unit", "One score a block of each matrix, or a neuron's row and column", ["block", "neuron"]);
        table.Text("--init-scores", "scores.safetensors to start from", "file");
        table.Flag("--l0-noise", "l0: random gates in training");
    }

    /// <summary>Pruning until a pass is so many times as fast.</summary>
    public static void AddSpeedup(OptionTable table)
    {
        table.Number("--speedup", "Instead of --density: prune whole heads and neurons until a pass is predicted so many times as fast (movement, magnitude)");
        table.Whole("--speedup-batch", "Sequences of the pass that is measured");
        table.Whole("--speedup-length", "Tokens of its sequences (default: --max-length)");
        table.Text("--latency-table", "latency.json of a run, instead of measuring", "file");
    }

    /// <summary>Teacher, weight and temperature.</summary>
    public static void AddDistillation(OptionTable table)
    {
        table.Text("--teacher", "Folder of a fine-tuned model of the same task and vocabulary to distil from", "folder", "--teacher_name_or_path");
        table.Number("--distill-alpha", "Weight of the distillation loss; the labels' is 1 − alpha", "--alpha_distil");
        table.Number("--distill-temperature", "Temperature of the softened distributions", "--temperature");
    }

    /// <summary>Where to compute.</summary>
    public static void AddDevice(OptionTable table)
    {
        table.Text("--device", "Where to compute: cpu, cuda[:n], cuda-cublas[:n], opencl[:n], ilgpu-cpu; see sprout devices", "device");
        table.Whole("--threads", "Processor threads, 0 for all cores; results are the same bits for every number");
    }
}
