// Writes tables as plain text.
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sprout.Cli.Shell;

/// <summary>Writes Spectre tables to a command's output: coloured on a screen, plain elsewhere.</summary>
internal static class Tables
{
    // Wide enough that no table of ours wraps in a file or a pipe.
    private const int PlainWidth = 200;

    /// <summary>Writes something renderable to results or messages.</summary>
    public static void Write(TextWriter writer, IRenderable renderable)
    {
        var results = writer as ResultWriter;
        bool screen = results?.IsScreen ?? (writer as MessageWriter)?.IsScreen == true;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            // Spectre asks whether it is the console itself.
            Out = new AnsiConsoleOutput(results?.Inner ?? writer),
            Ansi = screen ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = screen ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!screen) console.Profile.Width = PlainWidth;
        ResultWriter.Pass(() => console.Write(renderable));
    }
}
