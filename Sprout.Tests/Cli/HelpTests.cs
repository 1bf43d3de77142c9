// Every command explains itself, and names every option of the contract.
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Cli;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
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
        "--ignore-mismatched-sizes", "--keep", "--best-metric", "--patience", "--evaluate", "--multi-label", "--class-weights", "--label-smoothing",
        "--keep-zeros", "--attention-unit", "--feed-forward-unit",
    ];

    [Theory]
    [InlineData("demo", "--help")]
    [InlineData("train")]
    [InlineData("eval")]
    [InlineData("predict", "--model", "--input", "--text-column", "--pair-column")]
    [InlineData("tokenize", "--pair")]
    [InlineData("inspect", "--json")]
    [InlineData("export", "--format", "--output", "--weights", "--embeddings", "--keep-tokens", "--remove-empty")]
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

    public static TheoryData<string> Commands => [.. CommandHelp.All.Keys.Where(name => name.Length > 0)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Help_fits_eighty_columns_and_any_screen(string command)
    {
        TinyRun.Run(command, "--help").Output.Split(Environment.NewLine).Max(line => line.Length).Should().BeLessThanOrEqualTo(80);
        ParseResult result = Parse($"{command} --help");
        foreach (int width in (int[])[20, 40, 60, 100])
        {
            using var text = new StringWriter();
            result.InvocationConfiguration.Output = text;
            new HelpText(width).Invoke(result).Should().Be(0);
            text.ToString().Split(Environment.NewLine).Max(line => line.Length).Should().BeLessThanOrEqualTo(width);
        }
    }

    [Fact]
    public void Sprout_alone_lists_every_command_in_eighty_columns()
    {
        string[] lines = TinyRun.Run().Output.Split(Environment.NewLine);
        lines.Max(line => line.Length).Should().BeLessThanOrEqualTo(80);
        string[] listed = [.. lines.Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])];
        listed.Should().Contain(CommandHelp.All.Keys.Where(name => name.Length > 0));
        Array.IndexOf(listed, "train").Should().BeLessThan(Array.IndexOf(listed, "devices"), "the most important come first");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_option_is_in_one_group(string command)
    {
        string[] grouped = [.. OptionGroups.All.SelectMany(group => group.Options)];
        grouped.Should().OnlyHaveUniqueItems();
        grouped.Should().Contain(Parse($"{command} --help").CommandResult.Command.Options.Where(option => !option.Hidden).Select(option => option.Name));
    }

    [Fact]
    public void Required_options_values_and_defaults_are_shown()
    {
        string help = string.Join(' ', TinyRun.Run("train", "--help").Output.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        help.Should().ContainAll(
            "--method none|magnitude|movement|soft-movement|l0|random", "--task sst2|mrpc", "(default: none; also --pruning_method)",
            "(default: 3e-05; also --learning_rate)", "--shuffle [true|false]", "(required; also --output_dir)",
            "(required, or --config and --vocab; also --model_name_or_path)");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Examples_can_be_typed(string command)
    {
        CommandHelp help = CommandHelp.All[command];
        help.Examples.Should().NotBeEmpty();
        string[] options = [.. Parse($"{command} --help").CommandResult.Command.Options.Select(option => option.Name)];
        help.Required.Select(item => item.Option).Except(options).Should().BeEmpty();
        foreach (string example in help.Examples)
        {
            example.Should().Contain($"sprout {command}");
            Parse(example[(example.IndexOf("sprout ", StringComparison.Ordinal) + "sprout ".Length)..]).Errors.Should().BeEmpty(example);
        }
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

    private static ParseResult Parse(string line)
    {
        string[] args = line.Split(' ');
        return Program.Parse(args, new Terminal(TextWriter.Null, new MessageWriter(TextWriter.Null, isScreen: false), args, default));
    }
}
