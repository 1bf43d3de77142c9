// sprout bench
using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Sprout.Bert;
using Sprout.Bert.Data;
using Sprout.Bert.Tokenization;
using Sprout.Cli.Bench;
using Sprout.Cli.Settings;
using Sprout.Pruning;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.Random;

namespace Sprout.Cli.Commands;

/// <summary>Latency and throughput of a model, of loading it, or of one matrix product on this machine.</summary>
public static class BenchCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Latency and throughput of a model, a training step, a matrix product or loading on this machine.";

    private const int DefaultLength = 128;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("bench", Summary);
        var mode = new Option<string>("--mode") { Description = "What is timed", DefaultValueFactory = _ => "forward" };
        mode.AcceptOnlyFromAmong("forward", "train-step", "load", "gemm");
        var model = new Option<string?>("--model") { Description = "Model folder", HelpName = "folder" };
        var config = new Option<string?>("--config") { Description = "config.json of a model with random weights, instead of --model", HelpName = "file" };
        var vocab = new Option<string?>("--vocab") { Description = "vocab.txt for --lengths-from with --config", HelpName = "file" };
        var batch = new Option<int>("--batch") { Description = "Sequences of a repetition", DefaultValueFactory = _ => 8, HelpName = "n" };
        var length = new Option<int?>("--length") { Description = $"Tokens of every sequence ({DefaultLength})", HelpName = "n" };
        var lengthsFrom = new Option<string?>("--lengths-from") { Description = "Take the texts of this file (CSV, TSV, JSONL; .txt: one a line) instead", HelpName = "file" };
        var format = new Option<string>("--format") { Description = "How the weights are stored (sparse: not in this version)", DefaultValueFactory = _ => "dense" };
        format.AcceptOnlyFromAmong("dense", "sparse");
        var shape = new Option<string?>("--shape") { Description = "gemm: extents of the product", HelpName = "MxNxK" };
        var layout = new Option<string>("--layout") { Description = "gemm: NN, NT or TN", DefaultValueFactory = _ => "NN", HelpName = "layout" };
        var warmup = new Option<int>("--warmup") { Description = "Repetitions that are not timed", DefaultValueFactory = _ => 3, HelpName = "n" };
        var repeat = new Option<int>("--repeat") { Description = "Repetitions that are", DefaultValueFactory = _ => 20, HelpName = "n" };
        var profile = new Option<bool>("--profile") { Description = "Print where the time went" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        foreach (Option option in (Option[])[mode, model, config, vocab, batch, length, lengthsFrom, format, shape, layout, warmup, repeat, profile, json]) command.Options.Add(option);
        var pruning = new PruneSettings(command);
        var device = new DeviceSettings(command);
        command.SetAction(result =>
        {
            AtLeast(1, "--batch", result.GetValue(batch));
            AtLeast(0, "--warmup", result.GetValue(warmup));
            AtLeast(1, "--repeat", result.GetValue(repeat));
            if (result.GetValue(format) == "sparse") throw new OptionException("--format sparse: expected dense, the only format of this version.");
            string what = result.GetValue(mode)!;
            int threads = device.Threads(result);
            bool measures = result.GetValue(profile);
            if (what == "gemm")
            {
                BenchProduct product = BenchProduct.Parse(result.GetValue(shape), result.GetValue(layout));
                using IBackend products = device.Open(result);
                Print(terminal, product.Run(products, result.GetValue(warmup), result.GetValue(repeat), threads, terminal.Cancellation), result.GetValue(json));
                return ExitCode.Done;
            }

            (BertConfig bert, string? folder) = Open(result.GetValue(model), result.GetValue(config));
            if (what == "load")
            {
                var load = new BenchLoad(bert, folder ?? throw new OptionException("--mode load: expected --model with a folder of weights, found --config."), result.GetValue(warmup), result.GetValue(repeat), threads);
                Print(terminal, load.Run(() => device.Open(result), terminal.Cancellation), result.GetValue(json));
                return ExitCode.Done;
            }

            IReadOnlyList<Encoding> sequences = result.GetValue(lengthsFrom) is string file
                ? FromTexts(file, bert, folder, result.GetValue(vocab), result.GetValue(length) ?? bert.MaxPositionEmbeddings)
                : OfLength(result.GetValue(batch), result.GetValue(length) ?? DefaultLength, bert);
            var job = new BenchModel(
                bert, folder, sequences, result.GetValue(batch), result.GetValue(warmup), result.GetValue(repeat), Pruning(pruning, result), pruning.TrainEmbeddings(result), threads);
            using IBackend backend = measures ? new ProfiledBackend(device.Open(result)) : device.Open(result);
            JsonObject report = what == "forward" ? job.Forward(backend, terminal.Cancellation) : job.TrainStep(backend, terminal.Cancellation);
            if (backend is ProfiledBackend profiled) ProfileTable.Write(terminal, profiled);
            Print(terminal, report, result.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    // Masks of the final density from the first step on, and scores that differ, as they do in a run.
    private static PruningOptions Pruning(PruneSettings settings, ParseResult result)
    {
        PruningOptions options = settings.Read(result, warmupSteps: 0);
        if (options.Density is not double density) return options;
        if (density is not (>= 0 and <= 1)) throw new OptionException(FormattableString.Invariant($"--density: expected 0 to 1, found {density}."));
        return options with { InitialDensity = density, ScheduleWarmup = 0, InitialWarmup = 0, FinalWarmup = 0, ScoreInit = ScoreInit.Kaiming };
    }

    private static (BertConfig Config, string? Folder) Open(string? model, string? config) => (model, config) switch
    {
        (string folder, null) => (BertConfig.Load(folder), folder),
        (null, string file) => (BertConfig.FromFile(file), null),
        _ => throw new OptionException("Give --model with a folder, or --config with a config.json for random weights."),
    };

    private static Encoding[] OfLength(int count, int length, BertConfig config)
    {
        if (length < 1 || length > config.MaxPositionEmbeddings) throw new OptionException($"--length: expected 1 to the model's {config.MaxPositionEmbeddings} positions, found {length}.");
        var random = new RandomStream(1, 0);
        return [.. Enumerable.Range(0, count).Select(_ => new Encoding([.. Enumerable.Range(0, length).Select(_ => random.NextInt(config.VocabSize))], new int[length]))];
    }

    private static Encoding[] FromTexts(string file, BertConfig config, string? folder, string? vocab, int maxLength)
    {
        if (maxLength < 2 || maxLength > config.MaxPositionEmbeddings) throw new OptionException($"--length: expected 2 to the model's {config.MaxPositionEmbeddings} positions, found {maxLength}.");
        BertTokenizer tokenizer = (folder, vocab) switch
        {
            (_, string words) => BertTokenizer.FromVocab(words),
            (string model, _) => BertTokenizer.Load(model),
            _ => throw new OptionException("--lengths-from with --config needs --vocab."),
        };
        if (tokenizer.VocabSize > config.VocabSize) throw new OptionException($"--vocab: expected at most the model's {config.VocabSize} tokens, found {tokenizer.VocabSize}.");
        Encoding[] sequences = [.. TextFile.Read(file).Select(row => tokenizer.Encode(row.Text, row.Pair, maxLength))];
        return sequences.Length > 0 ? sequences : throw new InputException($"{file}: expected at least one text, found none.");
    }

    private static void AtLeast(int least, string option, int found)
    {
        if (found < least) throw new OptionException($"{option}: expected {least} or more, found {found}.");
    }

    private static void Print(Terminal terminal, JsonObject report, bool json)
    {
        if (json)
        {
            terminal.Document(report);
            return;
        }

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("measure", "value");
        foreach ((string name, JsonNode? value) in report)
        {
            if (value is null) continue;
            table.AddRow(name, value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? Number(value) : value.ToString());
        }

        Tables.Write(terminal, table);
    }

    private static string Number(JsonNode value) => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) is double number && number % 1 != 0
        ? FormattableString.Invariant($"{number:G5}")
        : value.ToJsonString();
}
