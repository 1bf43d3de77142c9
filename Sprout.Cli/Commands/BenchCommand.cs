// sprout bench
using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Cli.Bench;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Pruning;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Random;

namespace Sprout.Cli.Commands;

/// <summary>Latency and throughput of a model, of loading it, or of one matrix product on this machine.</summary>
internal static class BenchCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Latency and throughput of a model, a training step, a matrix product or loading on this machine.";

    private const int DefaultBatch = 8, DefaultLength = 128;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("bench", Summary);
        var mode = new Option<string>("--mode")
        {
            Description = "What is timed", DefaultValueFactory = _ => "forward", HelpName = "forward|train-step|load|gemm",
        };
        mode.AcceptOnlyFromAmong("forward", "train-step", "load", "gemm");
        var model = new Option<string?>("--model") { Description = "Model folder or sparse model file", HelpName = "path" };
        var config = new Option<string?>("--config") { Description = "config.json of a model with random weights, instead of --model", HelpName = "file" };
        var vocab = new Option<string?>("--vocab") { Description = "vocab.txt for --lengths-from with --config", HelpName = "file" };
        var batch = new Option<int[]>("--batch")
        {
            Description = "Sequences of a repetition; several, as in 1,8, are timed one after the other (default: 8)",
            DefaultValueFactory = _ => [DefaultBatch], HelpName = "n,...", CustomParser = Values.WholeNumbers,
        };
        var length = new Option<int?>("--length")
        {
            Description = $"Tokens of every sequence (default: {DefaultLength})", HelpName = "n", CustomParser = Values.Whole,
        };
        var lengthsFrom = new Option<string?>("--lengths-from")
        {
            Description = "Take the texts of this file (CSV, TSV, JSONL; .txt: one a line) instead", HelpName = "file",
        };
        var format = new Option<string?>("--format")
        {
            Description = "forward: dense weights; or sparse ones beside dense, in turn (default: as predict has them)", HelpName = "dense|sparse",
        };
        format.AcceptOnlyFromAmong("dense", "sparse");
        var activations = new Option<string>("--activations")
        {
            Description = "forward: what the encoder's products are computed in; int8 where it is faster", DefaultValueFactory = _ => "fp32",
            HelpName = "fp32|int8",
        };
        activations.AcceptOnlyFromAmong("fp32", "int8");
        var shape = new Option<string?>("--shape") { Description = "gemm: extents of the product", HelpName = "MxNxK" };
        var layout = new Option<string>("--layout")
        {
            Description = "gemm: which operands are transposed", DefaultValueFactory = _ => "NN", HelpName = "NN|NT|TN",
        };
        var warmup = new Option<int>("--warmup")
        {
            Description = "Repetitions that are not timed", DefaultValueFactory = _ => 3, HelpName = "n", CustomParser = Values.WholeNumber,
        };
        var repeat = new Option<int>("--repeat")
        {
            Description = "Repetitions that are", DefaultValueFactory = _ => 20, HelpName = "n", CustomParser = Values.WholeNumber,
        };
        var profile = new Option<bool>("--profile") { Description = "Print where the time went" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        Option[] options =
            [mode, model, config, vocab, batch, length, lengthsFrom, format, activations, shape, layout, warmup, repeat, profile, json];
        foreach (Option option in options) command.Options.Add(option);
        var table = new OptionTable(command);
        RecipeOptions.AddPruning(table);
        RecipeOptions.AddDevice(table);
        command.SetAction(result =>
        {
            (int[] batches, int warmups, int repeats) = (result.GetValue(batch)!, result.GetValue(warmup), result.GetValue(repeat));
            foreach (int sequences in batches) AtLeast(1, "--batch", sequences);
            AtLeast(0, "--warmup", warmups);
            AtLeast(1, "--repeat", repeats);
            string what = result.GetValue(mode)!;
            Recipe recipe = RecipeOf(table, result);
            Effects.CheckBench(what, recipe, result);
            int threads = recipe.Device.Threads > 0 ? recipe.Device.Threads : Environment.ProcessorCount;
            if (what == "gemm")
            {
                BenchProduct product = BenchProduct.Parse(result.GetValue(shape), result.GetValue(layout));
                using IBackend products = recipe.Device.Open(terminal.Log);
                Print(terminal, [product.Run(products, warmups, repeats, threads, terminal.Cancellation)], result.GetValue(json));
                return ExitCode.Done;
            }

            if (what == "load")
            {
                var load = new BenchLoad(
                    result.GetValue(model) ?? throw new OptionException("--mode load needs --model, a folder with weights."), warmups, repeats, threads);
                Print(terminal, [load.Run(() => recipe.Device.Open(terminal.Log), terminal.Cancellation)], result.GetValue(json));
                return ExitCode.Done;
            }

            using ModelSource source = Open(result.GetValue(model), result.GetValue(config), result.GetValue(vocab));
            IReadOnlyList<TokenSequence> chosen = result.GetValue(lengthsFrom) is string file
                ? FromTexts(file, source, result.GetValue(length) ?? source.Config.MaxPositionEmbeddings)
                : OfLength(batches.Max(), result.GetValue(length) ?? DefaultLength, source.Config);
            bool? trainEmbeddings = recipe.Training.TrainEmbeddings;
            bool inIntegers = result.GetValue(activations) == "int8";
            using IBackend backend = recipe.Device.Open(terminal.Log);
            using ProfiledBackend? profiled = result.GetValue(profile) ? new ProfiledBackend(backend) : null;
            var reports = new List<JsonObject>();
            foreach (int sequences in batches)
            {
                var job = new BenchModel(
                    source, chosen, sequences, warmups, repeats, recipe.Pruning, result.GetValue(format), inIntegers, trainEmbeddings, threads);
                JsonObject report = what == "forward"
                    ? job.Forward(profiled ?? backend, profiled, terminal.Cancellation)
                    : job.TrainStep(profiled ?? backend, profiled, terminal.Cancellation);
                report["batch"] = sequences;
                reports.Add(report);
                if (profiled is not null) ProfileTable.Write(result.GetValue(json) ? terminal.LogWriter : terminal.Output, profiled);
            }

            Print(terminal, reports, result.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    // Masks of the final density from the first step on, and scores that differ, as they do in a run. A forward pass needs no method.
    private static Recipe RecipeOf(OptionTable table, ParseResult result)
    {
        JsonObject given = table.Given(result);
        Recipe recipe = RecipeJson.Read(given, "command line");
        if (recipe.Pruning.Density is not double density) return recipe;
        OptionException.Require(density is >= 0 and <= 1, nameof(recipe.Pruning.Density), "0 to 1", density);
        return recipe with
        {
            Pruning = recipe.Pruning with { InitialDensity = density, ScheduleWarmup = 0, InitialWarmup = 0, FinalWarmup = 0, ScoreInit = ScoreInit.Kaiming },
        };
    }

    private static ModelSource Open(string? model, string? config, string? vocab) => (model, config) switch
    {
        (string path, null) => ModelSource.Open(path),
        (null, string file) => new FreshModel(file, vocab),
        _ => throw new OptionException("Give --model with a folder, or --config with a config.json for random weights."),
    };

    private static TokenSequence[] OfLength(int count, int length, ModelConfig config)
    {
        if (length < 1 || length > config.MaxPositionEmbeddings)
            throw new OptionException($"--length: expected 1 to the model's {config.MaxPositionEmbeddings} positions, found {length}.");
        var random = new RandomStream(1, 0);
        return
        [
            .. Enumerable.Range(0, count).Select(_ =>
                new TokenSequence([.. Enumerable.Range(0, length).Select(_ => random.NextInt(config.VocabSize))], new int[length])),
        ];
    }

    private static TokenSequence[] FromTexts(string file, ModelSource source, int maxLength)
    {
        if (maxLength < 2 || maxLength > source.Config.MaxPositionEmbeddings)
            throw new OptionException($"--length: expected 2 to the model's {source.Config.MaxPositionEmbeddings} positions, found {maxLength}.");
        ITokenizer tokenizer = source.Tokenizer;
        TokenSequence[] sequences = [.. TextFile.Read(file).Select(row => tokenizer.Encode(row.Text, row.Pair, maxLength))];
        return sequences.Length > 0 ? sequences : throw new InputException($"{file}: expected at least one text, found none.");
    }

    private static void AtLeast(int least, string option, int found)
    {
        if (found < least) throw new OptionException($"{option}: expected {least} or more, found {found}.");
    }

    // One report is a document of its own, several are a list in one.
    private static void Print(Terminal terminal, List<JsonObject> reports, bool json)
    {
        if (json)
        {
            terminal.Document(reports is [JsonObject one] ? one : new JsonObject { ["batches"] = new JsonArray([.. reports]) });
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns(["measure", .. reports.Count == 1 ? (string[])["value"] : reports.Select(report => $"batch {report["batch"]}")]);
        foreach (string name in reports[0].Where(pair => pair.Value is not null).Select(pair => pair.Key))
            table.AddRow([name, .. reports.Select(report => Text(report[name]!))]);
        Tables.Write(terminal.Output, table);
    }

    private static string Text(JsonNode value) => value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? Number(value) : value.ToString();

    private static string Number(JsonNode value) =>
        double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) is double number && number % 1 != 0
            ? FormattableString.Invariant($"{number:G5}")
            : value.ToJsonString();
}
