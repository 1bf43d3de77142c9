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
/// With a text column the input is a table, and an answer repeats its text and names the probability of every class.
/// </summary>
internal static class PredictCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Classes, scores or answers for lines of text or JSON, one JSON line each.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("predict", Summary);
        var model = new Option<string>("--model", "--model_name_or_path")
        {
            Description = "Model folder or sparse model file", Required = true, HelpName = "path",
        };
        var input = new Option<string?>("--input") { Description = "File with one text or JSON object a line; standard input otherwise", HelpName = "file" };
        command.Options.Add(model);
        command.Options.Add(input);
        var table = new OptionTable(command);
        table.Text("--text-column", "Column of the text: --input is a table (CSV, TSV, JSON lines), and each answer has its text", "column");
        table.Text("--pair-column", "Column of the second text; of a question's context", "column");
        table.Whole("--max-length", "Longest sequence in tokens (default: 128, question answering 384)", "--max_seq_length");
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
            string? path = result.GetValue(input);
            int index = 0;
            if (Columns(recipe, path) is CustomTextOptions columns)
            {
                foreach (TextExample row in CustomTextTask.ReadTexts(path!, columns))
                {
                    terminal.Cancellation.ThrowIfCancellationRequested();
                    JsonObject answer = Predict(predictor, index++, row.Text, row.Pair, isRow: true, path!, terminal.Cancellation);
                    terminal.Output.WriteLine(Terminal.Compact(answer));
                }

                return ExitCode.Done;
            }

            if (Path.GetExtension(path)?.ToLowerInvariant() is ".csv" or ".tsv")
                terminal.Log($"{path} is read line by line, each a text, its header too; with --text-column it is read as a table.");
            InputLines lines = path is null ? InputLines.OfConsole() : InputLines.OfFile(path);
            foreach ((int number, string line) in lines.Read(terminal.Cancellation))
            {
                bool isQuestion = predictor is QuestionAnswerer;
                (string text, string? pair) = lines.Parse(number, line, isQuestion ? "question" : "text", isQuestion ? "context" : "pair", terminal.Log);
                JsonObject answer = Predict(predictor, index++, text, pair, isRow: false, $"{lines.Name}: line {number}", terminal.Cancellation);
                terminal.Output.WriteLine(Terminal.Compact(answer));
            }

            return ExitCode.Done;
        });
        return command;
    }

    // The columns of a table; null when the input is lines.
    private static CustomTextOptions? Columns(Recipe recipe, string? path)
    {
        CustomTextOptions columns = recipe.Task.Columns;
        if (columns.TextColumn is null && columns.PairColumn is null) return null;
        if (columns.TextColumn is null) throw new OptionException("--pair-column has no effect without --text-column.");
        return path is null ? throw new OptionException("--text-column needs --input, a file with columns.") : columns;
    }

    private static JsonObject Predict(Predictor predictor, int index, string text, string? pair, bool isRow, string where, CancellationToken cancellation)
    {
        var json = new JsonObject { ["index"] = index };
        switch (predictor)
        {
            case QuestionAnswerer answerer:
                if (pair is null) throw new InputException($"{where}: expected a question and a context, found no context.");
                SquadAnswer answer = answerer.Predict(text, pair, cancellation);
                if (isRow) json["question"] = text;
                (json["text"], json["start"], json["end"], json["score"]) = (answer.Text, answer.Start, answer.End, answer.Score);
                return json;
            case TextRegressor regressor:
                float score = regressor.Predict(text, pair, cancellation);
                if (isRow) AddTexts(json, text, pair);
                json["prediction"] = score;
                json["logits"] = new JsonArray((JsonNode)score);
                return json;
            case MultiLabelClassifier labeller:
                LabelSet set = labeller.Predict(text, pair, cancellation);
                if (isRow) AddTexts(json, text, pair);
                json["prediction"] = new JsonArray([.. set.ClassIds.Select(id => (JsonNode)id)]);
                json["labels"] = new JsonArray([.. set.Labels.Select(label => (JsonNode)label)]);
                json["probabilities"] = Named(labeller.Labels, set.Probabilities);
                json["logits"] = new JsonArray([.. set.Logits.Select(logit => (JsonNode)logit)]);
                return json;
            default:
                var classifier = (TextClassifier)predictor;
                Classification found = classifier.Predict(text, pair, cancellation);
                if (isRow) AddTexts(json, text, pair);
                json["prediction"] = found.ClassId;
                json["label"] = found.Label;
                json["probability"] = found.Probability;
                if (isRow) json["probabilities"] = Named(classifier.Labels, found.Probabilities);
                json["logits"] = new JsonArray([.. found.Logits.Select(logit => (JsonNode)logit)]);
                return json;
        }
    }

    private static void AddTexts(JsonObject json, string text, string? pair)
    {
        json["text"] = text;
        if (pair is not null) json["pair"] = pair;
    }

    private static JsonObject Named(IReadOnlyList<string> labels, IReadOnlyList<double> probabilities)
    {
        var json = new JsonObject();
        for (int id = 0; id < labels.Count; id++) json[labels[id]] = probabilities[id];
        return json;
    }
}
