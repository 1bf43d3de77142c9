// sprout export
using System.CommandLine;
using Sprout.Bert;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Cli.Commands;

/// <summary>A model in another format.</summary>
public static class ExportCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Write a model in another format: hf has dense shapes and exact zeros and loads in transformers.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("export", Summary);
        var model = new Option<string>("--model", "--model_name_or_path") { Description = "Model folder", Required = true, HelpName = "folder" };
        var format = new Option<string>("--format") { Description = "hf", DefaultValueFactory = _ => "hf", HelpName = "hf" };
        format.AcceptOnlyFromAmong("hf");
        var output = new Option<string>("--output", "--output_dir") { Description = "An empty or new folder", Required = true, HelpName = "folder" };
        foreach (Option option in (Option[])[model, format, output]) command.Options.Add(option);
        command.SetAction(result =>
        {
            Export(result.GetValue(model)!, result.GetValue(output)!);
            terminal.Output.WriteLine($"model = {result.GetValue(output)}");
            return ExitCode.Done;
        });
        return command;
    }

    // The tensors of the file as they are, in single precision and under their own names, so that every head comes along.
    private static void Export(string folder, string output)
    {
        BertConfig config = BertConfig.Load(folder);
        BertTokenizer tokenizer = BertTokenizer.Load(folder);
        using SafetensorsFile file = SafetensorsFile.OpenModel(folder);
        try
        {
            if (File.Exists(output)) throw new InputException($"{output}: expected a folder for --output, found a file.");
            Directory.CreateDirectory(output);
            if (Directory.EnumerateFileSystemEntries(output).Any()) throw new OptionException($"--output: {output} is not empty; give another folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the output folder {output}: {e.Message}", e);
        }

        IEnumerable<SafetensorsEntry> weights = file.Entries.Where(entry => !entry.Name.EndsWith("embeddings.position_ids", StringComparison.Ordinal));
        SafetensorsWriter.Write(Path.Combine(output, ModelFolder.WeightsFile), weights.Select(entry => SafetensorsTensor.Float32(entry.Name, entry.Shape, (offset, chunk) => Read(file, entry, offset, chunk))));
        config.Save(output);
        tokenizer.Save(output);
    }

    private static unsafe void Read(SafetensorsFile file, SafetensorsEntry entry, long offset, Span<float> chunk)
    {
        fixed (float* destination = chunk) file.ReadFloat32(entry, destination, offset, chunk.Length);
    }
}
