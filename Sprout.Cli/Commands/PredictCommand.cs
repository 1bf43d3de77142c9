// sprout predict
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Data;
using Sprout.Bert.Prediction;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>
/// Texts in, one JSON line each out. A line is a text, text TAB text, or a JSON object with "text" and "pair" (question answering: "question" and "context").
/// </summary>
internal static class PredictCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Classes, scores or answers for lines of text or JSON, one JSON line each.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("predict", Summary);
        var model = new Option<string>("--model", "--model_name_or_path") { Description = "Model folder", Required = true, HelpName = "folder" };
        var input = new Option<string?>("--input") { Description = "File with one text or JSON object a line; standard input otherwise", HelpName = "file" };
        command.Options.Add(model);
        command.Options.Add(input);
        var table = new OptionTable(command);
        table.Whole("--max-length", "Longest sequence in tokens (128, question answering 384)", "--max_seq_length");
        RecipeOptions.AddWindows(table);
        RecipeOptions.AddDevice(table);
        command.SetAction(result =>
        {
            JsonObject run = RunSettings.Of(result.GetValue(model), RunSettings.OfTexts, table.Given(result), terminal.Log);
            Recipe recipe = table.Recipe(result, run);
            var options = new PredictorOptions
            {
                Device = recipe.Device.Device, Threads = recipe.Device.Threads, MaxLength = recipe.Task.MaxLength, DocStride = recipe.Task.DocStride,
                MaxQueryLength = recipe.Task.MaxQueryLength, MaxAnswerLength = recipe.Task.MaxAnswerLength, Note = terminal.Log,
            };
            using Predictor predictor = Predictor.Load(result.GetValue(model)!, options);
            using InputLines lines = result.GetValue(input) is string path ? InputLines.OfFile(path) : InputLines.OfConsole();
            int index = 0;
            foreach ((int number, string line) in lines.Read(terminal.Cancellation))
                terminal.Output.WriteLine(Terminal.Compact(Predict(predictor, index++, lines, number, line, terminal)));
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject Predict(Predictor predictor, int index, InputLines lines, int number, string line, Terminal terminal)
    {
        bool isQuestion = predictor is QuestionAnswerer;
        (string text, string? pair) = lines.Parse(number, line, isQuestion ? "question" : "text", isQuestion ? "context" : "pair", terminal.Log);
        switch (predictor)
        {
            case QuestionAnswerer answerer:
                if (pair is null) throw new InputException($"{lines.Name}: line {number}: expected a question and a context, found no context.");
                SquadAnswer answer = answerer.Predict(text, pair, terminal.Cancellation);
                return new JsonObject { ["index"] = index, ["text"] = answer.Text, ["start"] = answer.Start, ["end"] = answer.End, ["score"] = answer.Score };
            case TextRegressor regressor:
                float score = regressor.Predict(text, pair, terminal.Cancellation);
                return new JsonObject { ["index"] = index, ["prediction"] = score, ["logits"] = new JsonArray((JsonNode)score) };
            default:
                Classification found = ((TextClassifier)predictor).Predict(text, pair, terminal.Cancellation);
                return new JsonObject
                {
                    ["index"] = index,
                    ["prediction"] = found.ClassId,
                    ["label"] = found.Label,
                    ["probability"] = found.Probability,
                    ["logits"] = new JsonArray([.. found.Logits.Select(logit => (JsonNode)logit)]),
                };
        }
    }
}
