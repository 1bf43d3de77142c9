// sprout export --format hf
using System.CommandLine;
using Sprout.Bert.Sources;
using Sprout.Cli.Shell;
using Sprout.Pruning.Structure;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>Writes a model as a Hugging Face folder.</summary>
internal sealed class FolderExport
{
    private const string TwoFour = "2:4";

    private readonly Option<string?> pattern = new("--pattern")
    {
        Description = "hf: 2:4 keeps the two largest of every four weights in a row of the layers' matrices, for the tensor cores of NVIDIA's GPUs",
        HelpName = TwoFour,
    };

    /// <summary>Adds the option.</summary>
    public void AddTo(Command command)
    {
        pattern.AcceptOnlyFromAmong(TwoFour);
        command.Options.Add(pattern);
    }

    /// <summary>Checks that it is not given with another format.</summary>
    /// <exception cref="OptionException">It is.</exception>
    public void RequireNone(ParseResult result, string format)
    {
        if (result.GetResult(pattern) is { Implicit: false }) throw new OptionException($"{pattern.Name} has no effect with --format {format}.");
    }

    /// <summary>Writes the folder and tells what was left out.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="from">The model.</param>
    /// <param name="to">The folder.</param>
    /// <param name="removeEmpty">Whether empty neurons are left out.</param>
    /// <param name="halfPrecision">Whether the weights are rounded to 16 bits.</param>
    /// <param name="loss">Sees the folder before it appears; null: nobody.</param>
    /// <param name="terminal">Receives what was left out.</param>
    public void Run(ParseResult result, string from, string to, bool removeEmpty, bool halfPrecision, ExportLoss? loss, Terminal terminal)
    {
        using ModelSource source = ModelSource.Open(from);
        bool isTwoFour = result.GetValue(pattern) is not null;
        UniformModel? uniform = removeEmpty ? UniformModel.Of(source, isTwoFour ? TwoFourModel.Multiple : 1) : null;
        TwoFourModel? twoFour = isTwoFour ? TwoFourModel.Of(uniform?.Model ?? source) : null;
        ModelSource model = twoFour?.Model ?? uniform?.Model ?? source;
        OutputFolder.Write(to, folder => HuggingFaceFolder.Save(folder, model, halfPrecision, terminal.Cancellation), loss is null ? null : loss.Measure);
        if (uniform is not null)
        {
            terminal.Output.WriteLine(FormattableString.Invariant($"neurons = {uniform.Neurons} of {uniform.NeuronsBefore} a layer"));
            terminal.Output.WriteLine(FormattableString.Invariant(
                $"empty_heads = {uniform.EmptyHeads} of {uniform.Heads}, which stay as zeros: the folder has one number of heads for all layers"));
        }

        if (twoFour is not null)
            terminal.Output.WriteLine(FormattableString.Invariant($"dropped = {twoFour.Dropped} of {twoFour.NonZeros} weights that were not 0"));
    }
}
