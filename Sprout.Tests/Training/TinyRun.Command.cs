// The sprout command on the tiny model and its task.
using System.Globalization;
using System.Text.Json.Nodes;

namespace Sprout.Tests.Training;

/// <summary>What a command left: its exit code, results and messages.</summary>
public sealed record CommandResult(int Code, string Output, string Log)
{
    public JsonNode Json => JsonNode.Parse(Output)!;
}

public sealed partial class TinyRun
{
    public static CommandResult Run(params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        int code = Sprout.Cli.Program.Run(args, output, log);
        return new CommandResult(code, output.ToString(), log.ToString());
    }

    /// <summary>
    /// The training command's arguments: a base of six steps, with options added or, by the same name, replaced; a null value leaves one out.
    /// </summary>
    public string[] Arguments(string output, string changes = "")
    {
        var options = new Dictionary<string, string?>
        {
            ["--model"] = Model,
            ["--task"] = "sst2",
            ["--train-file"] = TrainFile,
            ["--eval-file"] = EvalFile,
            ["--output"] = PathOf(output),
            ["--max-length"] = "16",
            ["--batch-size"] = "4",
            ["--max-steps"] = "6",
            ["--learning-rate"] = "1e-3",
            ["--logging-steps"] = "1",
            ["--dropout"] = "0.1",
            ["--threads"] = "1",
        };
        foreach (string change in changes.Replace("$F", Folder, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = change.Split('=', 2);
            if (parts.Length > 1 && parts[1] == "-") options.Remove(parts[0]);
            else options[parts[0]] = parts.Length > 1 ? parts[1] : null;
        }

        return ["train", .. options.SelectMany(pair => pair.Value is null ? (string[])[pair.Key] : [pair.Key, pair.Value])];
    }

    /// <summary>Trains and insists on success.</summary>
    public string Train(string output, string changes = "")
    {
        CommandResult result = Run(Arguments(output, changes));
        result.Code.Should().Be(0, result.Log);
        return PathOf(output);
    }
}
