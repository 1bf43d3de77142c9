// Options of a run's output.
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Tensors;

namespace Sprout.Cli.Settings;

/// <summary>Output folder, resuming, predictions, JSON, and the dropout that overrides the model's.</summary>
public sealed class RunSettings : SettingList
{
    private readonly Option<string?> output, predictions;
    private readonly Option<bool> resume, overwrite, json, profile;
    private readonly Option<double?> dropout;

    /// <summary>Adds the options to a command.</summary>
    public RunSettings(Command command) : base(command)
    {
        output = AddOptional<string>("--output", "Folder for the model and everything about the run", "--output_dir");
        resume = AddSwitch("--resume", "Continue from the newest checkpoint in --output");
        overwrite = AddSwitch("--overwrite", "Replace the run in a folder that is not empty");
        dropout = AddOptional<double?>("--dropout", "Overrides all dropouts of config.json");
        predictions = AddOptional<string>("--predictions", "File for one JSON line an evaluation example");
        profile = AddSwitch("--profile", "Print where the time went: each kernel's seconds, share, and rate");
        json = AddSwitch("--json", "Print results as one JSON document");
    }

    /// <summary>Every option of a command with its value, and what produced them: the content of training_options.json.</summary>
    public static JsonObject Describe(ParseResult result, params SettingList[] settings)
    {
        var values = new JsonObject();
        foreach (SettingList list in settings) list.AddTo(values, result);
        values["version"] = typeof(RunSettings).Assembly.GetName().Version?.ToString(3);
        values["machine"] = $"{Environment.MachineName}, {Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}, {System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription}";
        return values;
    }

    /// <summary>The output folder.</summary>
    /// <exception cref="OptionException">It is not given.</exception>
    public string Output(ParseResult result) => result.GetValue(output) ?? throw new OptionException("--output is required: the folder for the model and everything about the run.");

    /// <summary>Whether a run is continued.</summary>
    public bool Resume(ParseResult result) => result.GetValue(resume);

    /// <summary>Whether a run is replaced.</summary>
    public bool Overwrite(ParseResult result) => result.GetValue(overwrite);

    /// <summary>Whether results are printed as JSON.</summary>
    public bool Json(ParseResult result) => result.GetValue(json);

    /// <summary>Whether the kernels are measured.</summary>
    public bool Profile(ParseResult result) => result.GetValue(profile);

    /// <summary>The file for predictions.</summary>
    public string? Predictions(ParseResult result) => result.GetValue(predictions);

    /// <summary>The dropout that overrides the model's.</summary>
    public double? Dropout(ParseResult result) => result.GetValue(dropout);
}
