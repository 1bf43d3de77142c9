// Every command explains itself, and names every option of the contract.
using System.Text.Json.Nodes;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class HelpTests
{
    private static readonly string[] Shared =
    [
        "--model", "--task", "--data", "--eval-file", "--device", "--threads", "--max-length", "--doc-stride", "--max-query-length", "--max-answer-length",
        "--n-best", "--eval-batch-size", "--max-eval-samples", "--text-column", "--pair-column", "--label-column", "--predictions", "--json",
    ];

    private static readonly string[] Train =
    [
        "--config", "--vocab", "--train-file", "--output", "--epochs", "--max-steps", "--batch-size", "--gradient-accumulation", "--learning-rate",
        "--warmup-steps", "--weight-decay", "--adam-epsilon", "--max-grad-norm", "--dropout", "--shuffle", "--seed", "--max-train-samples", "--eval-every",
        "--save-every", "--save-total-limit", "--resume", "--overwrite", "--method", "--density", "--initial-density", "--threshold", "--lambda", "--scope",
        "--score-learning-rate", "--score-init", "--score-scale", "--schedule-warmup", "--initial-warmup", "--final-warmup", "--train-embeddings", "--block",
        "--teacher", "--distill-alpha", "--distill-temperature", "--logging-steps", "--init-scores", "--l0-noise", "--regression", "--loss",
        "--options", "--profile", "--lr-schedule", "--warmup-ratio", "--eval-split",
        "--ignore-mismatched-sizes",
    ];

    [Theory]
    [InlineData("demo", "--help")]
    [InlineData("train")]
    [InlineData("eval")]
    [InlineData("predict", "--model", "--input", "--text-column", "--pair-column")]
    [InlineData("tokenize", "--pair")]
    [InlineData("inspect", "--json")]
    [InlineData("export", "--format", "--output")]
    [InlineData("pretrain", "--train-file", "--output", "--whole-word")]
    [InlineData(
        "bench", "--mode", "--config", "--batch", "--length", "--lengths-from", "--method", "--density", "--block", "--format", "--threads", "--warmup",
        "--repeat", "--shape", "--layout", "--json")]
    [InlineData("devices", "--json")]
    public void Every_command_answers_help(string command, params string[] options)
    {
        CommandResult result = TinyRun.Run(command, "--help");
        result.Code.Should().Be(0, result.Log);
        string[] words = result.Output.Split([' ', ',', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        string[] expected = command switch
        {
            "train" => [.. Shared, .. Train],
            "eval" => Shared,
            _ => options,
        };
        words.Should().Contain(expected);
        TinyRun.Run("--help").Output.Should().Contain(command);
    }

    [Fact]
    public void Hugging_Face_spellings_are_accepted()
    {
        using var tiny = new TinyRun();
        string output = tiny.PathOf("output");
        CommandResult result = TinyRun.Run(
            "train", "--model_name_or_path", tiny.Model, "--task_name", "sst2", "--train_file", tiny.TrainFile, "--validation_file", tiny.EvalFile,
            "--output_dir", output, "--max_seq_length", "12", "--per_device_train_batch_size", "5", "--per_device_eval_batch_size", "3",
            "--num_train_epochs", "1", "--learning_rate", "2e-3", "--warmup_steps", "1", "--weight_decay", "0.1", "--adam_epsilon", "1e-7",
            "--max_grad_norm", "2", "--gradient_accumulation_steps", "2", "--logging_steps", "1",
            "--save_steps", "2", "--seed", "7", "--mask_scores_learning_rate", "0.02", "--pruning_method", "topK",
            "--density", "0.5", "--mask_init", "constant", "--do_train", "--report_to", "none", "--overwrite_output_dir",
            "--schedule-warmup", "0", "--max_train_samples", "20", "--json");
        result.Code.Should().Be(0, result.Log);
        JsonObject options = TinyRun.ReadJson(output, "training_options.json");
        (string, double)[] expected =
        [
            ("max-length", 12), ("batch-size", 5), ("eval-batch-size", 3), ("epochs", 1), ("learning-rate", 2e-3), ("seed", 7), ("score-learning-rate", 0.02),
            ("weight-decay", 0.1), ("gradient-accumulation", 2), ("density", 0.5),
        ];
        foreach ((string name, double value) in expected)
            options[name]!.GetValue<double>().Should().Be(value, name);
        TinyRun.ReadJson(output, "trainer_state.json")["max_steps"]!.GetValue<int>().Should().Be(2);
        result.Json["eval_accuracy"].Should().NotBeNull();
    }
}
