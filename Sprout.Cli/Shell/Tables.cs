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
        bool screen = writer is MessageWriter messages ? messages.IsScreen : ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = screen ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = screen ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!screen) console.Profile.Width = PlainWidth;
        console.Write(renderable);
    }
}
