// Options of a run that are no options of its recipe.
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Options;

/// <summary>Output folder, resuming, options from a file, predictions, profile, JSON: for train and pretrain.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> output =
        new("--output", "--output_dir") { Description = "Folder for the model and everything about the run", HelpName = "folder" };
    private readonly Option<string?> options =
        new("--options") { Description = "Run a training_options.json again; other options win over its", HelpName = "file" };
    private readonly Option<bool> resume = new("--resume") { Description = "Continue from the newest checkpoint in --output, with the options of its run" };
    private readonly Option<bool> overwrite = new("--overwrite", "--overwrite_output_dir") { Description = "Replace the run in a folder that is not empty" };
    private readonly Option<string?> predictions = new("--predictions") { Description = "File for one JSON line an evaluation example", HelpName = "file" };
    private readonly Option<bool> profile = new("--profile") { Description = "Print where the time went: each kernel's seconds, share, and rate" };
    private readonly Option<bool> json = new("--json") { Description = "Print results as one JSON document" };

    /// <summary>Adds the options to a command.</summary>
    public RunOptions(Command command)
    {
        foreach (Option option in (Option[])[output, options, resume, overwrite, predictions, profile, json]) command.Options.Add(option);
    }

    /// <summary>The output folder.</summary>
    /// <exception cref="OptionException">It is not given.</exception>
    public string Output(ParseResult result) =>
        result.GetValue(output) ?? throw new OptionException("--output is required: the folder for the model and everything about the run.");

    /// <summary>Whether a run is continued.</summary>
    public bool Resume(ParseResult result) => result.GetValue(resume);

    /// <summary>Whether a run is replaced.</summary>
    public bool Overwrite(ParseResult result) => result.GetValue(overwrite);

    /// <summary>The file for predictions.</summary>
    public string? Predictions(ParseResult result) => result.GetValue(predictions);

    /// <summary>Whether the kernels are measured.</summary>
    public bool Profile(ParseResult result) => result.GetValue(profile);

    /// <summary>Whether results are printed as JSON.</summary>
    public bool Json(ParseResult result) => result.GetValue(json);

    /// <summary>The recipe: the given options, on those of a file or of the run that is continued.</summary>
    /// <exception cref="InputException">The file cannot be read.</exception>
    public Recipe Recipe(OptionTable table, ParseResult result)
    {
        string own = Path.Combine(Output(result), Pruning.Runs.Recipe.FileName);
        JsonObject? basis = result.GetValue(options) is string file ? JsonFile.ReadObject(file)
            : Resume(result) && File.Exists(own) ? JsonFile.ReadObject(own) : null;
        // A file with a key that is no option is refused under its own name.
        if (basis is not null) basis = RecipeJson.Read(basis, result.GetValue(options) ?? own).ToJson();
        return table.Recipe(result, basis);
    }
}
