// sprout predict
using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sprout.Autograd.Modules;
using Sprout.Bert;
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Cli.Settings;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>Texts in, one JSON line each out. A line is a text, text TAB text, or a JSON object with "text" and "pair" (question answering: "question" and "context").</summary>
public static class PredictCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Classes, scores or answers for lines of text or JSON, one JSON line each.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("predict", Summary);
        var model = new Option<string>("--model", "--model_name_or_path") { Description = "Model folder", Required = true, HelpName = "folder" };
        var input = new Option<string?>("--input") { Description = "File with one text or JSON object a line; standard input otherwise", HelpName = "file" };
        var maxLength = new Option<int?>("--max-length", "--max_seq_length") { Description = "Longest sequence in tokens (128, question answering 384)", HelpName = "n" };
        command.Options.Add(model);
        command.Options.Add(input);
        command.Options.Add(maxLength);
        var device = new DeviceSettings(command);
        command.SetAction(result =>
        {
            using IBackend backend = device.Open(result);
            string folder = result.GetValue(model)!;
            BertConfig config = BertConfig.Load(folder);
            BertTokenizer tokenizer = BertTokenizer.Load(folder);
            bool answers = config.Architectures?.Contains(nameof(BertForQuestionAnswering)) == true;
            int length = Math.Min(result.GetValue(maxLength) ?? (answers ? 384 : 128), config.MaxPositionEmbeddings);
            if (length < 2) throw new OptionException($"--max-length: expected 2 or more, found {length}.");
            using TextReader reader = result.GetValue(input) is string path ? Open(path) : Console.In;
            string source = result.GetValue(input) ?? "standard input";
            if (answers) Answer(terminal, backend, config, tokenizer, folder, length, reader, source);
            else Classify(terminal, backend, config, tokenizer, folder, length, reader, source);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Classify(Terminal terminal, IBackend backend, BertConfig config, BertTokenizer tokenizer, string folder, int length, TextReader reader, string source)
    {
        using var model = new BertForSequenceClassification(backend, config, config.NumLabels);
        RequireWhole(ModelFolder.Load(model, folder, 0), folder);
        using var packed = new PackedWeights(backend, model);
        int index = 0;
        foreach ((int number, string line) in Lines(reader, terminal.Cancellation))
        {
            (string text, string? pair) = Parse(line, source, number, "text", "pair");
            float[] logits = Logits(backend, tokenizer.Encode(text, pair, length), model.Forward);
            var json = new JsonObject { ["index"] = index++ };
            if (config.NumLabels == 1)
            {
                json["prediction"] = logits[0];
            }
            else
            {
                int best = Array.IndexOf(logits, logits.Max());
                double sum = logits.Sum(value => Math.Exp((double)value - logits[best]));
                json["prediction"] = best;
                json["label"] = config.Id2Label?[best] ?? $"LABEL_{best}";
                json["probability"] = 1 / sum;
            }

            json["logits"] = new JsonArray([.. logits.Select(value => (JsonNode)value)]);
            terminal.Output.WriteLine(Terminal.Line(json));
        }
    }

    private static void Answer(Terminal terminal, IBackend backend, BertConfig config, BertTokenizer tokenizer, string folder, int length, TextReader reader, string source)
    {
        using var model = new BertForQuestionAnswering(backend, config);
        RequireWhole(ModelFolder.Load(model, folder, 0), folder);
        using var packed = new PackedWeights(backend, model);
        var features = new SquadFeatures(tokenizer, length);
        var search = new SquadAnswers();
        int index = 0;
        foreach ((int number, string line) in Lines(reader, terminal.Cancellation))
        {
            (string question, string? context) = Parse(line, source, number, "question", "context");
            if (context is null) throw new InputException($"{source}: line {number}: expected a question and a context, found no context.");
            IReadOnlyList<SquadWindow> windows = features.Windows([new SquadQuestion(index.ToString(System.Globalization.CultureInfo.InvariantCulture), question, context, [], [])]);
            float[][] logits = [.. windows.Select(window => Logits(backend, new Encoding(window.Ids, window.TypeIds), model.Forward))];
            SquadAnswer answer = search.Best(context, windows, [.. logits.Select(row => row[..(row.Length / 2)])], [.. logits.Select(row => row[(row.Length / 2)..])]);
            terminal.Output.WriteLine(Terminal.Line(new JsonObject { ["index"] = index++, ["text"] = answer.Text, ["start"] = answer.Start, ["end"] = answer.End, ["score"] = answer.Score }));
        }
    }

    private static float[] Logits(IBackend backend, Encoding sequence, Func<Autograd.Tape, Batch, Autograd.Variable> forward)
    {
        using Batch batch = Batch.Pack(backend, [sequence]);
        using var tape = new Autograd.Tape(backend, recording: false);
        return forward(tape, batch).Value.ToArray();
    }

    private static void RequireWhole(LoadReport report, string folder)
    {
        if (report.Missing.Count > 0) throw new InputException($"{folder}: expected a fine-tuned model, found no {string.Join(", ", report.Missing)}.");
    }

    private static (string First, string? Second) Parse(string line, string source, int number, string first, string second)
    {
        if (!line.StartsWith('{'))
        {
            string[] parts = line.Split('\t', 2);
            return (parts[0], parts.Length > 1 ? parts[1] : null);
        }

        try
        {
            var json = (JsonObject)JsonNode.Parse(line)!;
            string text = json[first]?.GetValue<string>() ?? throw new InputException($"{source}: line {number}: expected the key \"{first}\", found none.");
            return (text, json[second]?.GetValue<string>());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or InvalidCastException)
        {
            throw new InputException($"{source}: line {number}: expected a JSON object with the text \"{first}\", found {e.Message}", e);
        }
    }

    private static IEnumerable<(int Number, string Line)> Lines(TextReader reader, CancellationToken cancellation)
    {
        int number = 0;
        while (reader.ReadLine() is string line)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return (++number, line);
        }
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read {path}: {e.Message}", e);
        }
    }
}
