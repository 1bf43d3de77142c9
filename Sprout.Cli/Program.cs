// The sprout command: parses arguments and maps outcomes to exit codes.
using System.CommandLine;
using System.CommandLine.Help;
using System.Runtime.InteropServices;
using Sprout.Cli.Commands;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;

namespace Sprout.Cli;

/// <summary>Entry point.</summary>
public static partial class Program
{
    // The most important first.
    private static readonly (string Name, string Summary, Func<Terminal, Command> Create)[] Commands =
    [
        ("demo", DemoCommand.Summary, DemoCommand.Create),
        ("train", TrainCommand.Summary, TrainCommand.Create),
        ("eval", EvalCommand.Summary, EvalCommand.Create),
        ("predict", PredictCommand.Summary, PredictCommand.Create),
        ("inspect", InspectCommand.Summary, InspectCommand.Create),
        ("export", ExportCommand.Summary, ExportCommand.Create),
        ("pretrain", PretrainCommand.Summary, PretrainCommand.Create),
        ("bench", BenchCommand.Summary, BenchCommand.Create),
        ("tokenize", TokenizeCommand.Summary, TokenizeCommand.Create),
        ("devices", DevicesCommand.Summary, DevicesCommand.Create),
    ];

    static Program() => RegisterGpuDevices();

    /// <summary>Runs one command; returns its exit code.</summary>
    public static int Main(string[] args) => Run(args, Console.Out, MessageWriter.OfConsole(), handleSignals: true);

    /// <summary>Runs one command with the given streams, for tests.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Results.</param>
    /// <param name="log">Progress and messages.</param>
    public static int Run(string[] args, TextWriter output, TextWriter log) =>
        Run(args, output, new MessageWriter(log, isScreen: false), handleSignals: false);

    private static int Run(string[] args, TextWriter output, MessageWriter log, bool handleSignals)
    {
        using var cancellation = new CancellationTokenSource();
        var terminal = new Terminal(output, log, args, cancellation.Token);
        void OnSignal(PosixSignalContext signal)
        {
            // The second one ends the process at once.
            if (cancellation.IsCancellationRequested) return;
            signal.Cancel = true;
            terminal.Log(terminal.HeedsCancellation
                ? "Cancelling: the step under way is finished first. Press Ctrl+C again to stop at once."
                : "Cancelled: nothing was left half-written.");
            if (!terminal.HeedsCancellation) Environment.Exit(ExitCode.Cancelled);
            cancellation.Cancel();
        }

        // Ctrl+C, and what a batch system sends before it takes the machine away.
        using PosixSignalRegistration? interrupt = handleSignals ? PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal) : null;
        using PosixSignalRegistration? hangUp = handleSignals ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal) : null;
        using PosixSignalRegistration? terminate = handleSignals ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal) : null;
        return ExitCode.Guard(log, () => Invoke(args, terminal));
    }

    /// <summary>Parses a command line.</summary>
    internal static ParseResult Parse(string[] args, Terminal terminal)
    {
        var root = new RootCommand("Fine-tunes BERT models and prunes them while they learn, in pure .NET.");
        // Only the command that is asked for gets its options: making all of them takes longer than printing the help.
        foreach ((string name, string summary, Func<Terminal, Command> create) in Commands)
            root.Add(args.Contains(name) ? create(terminal) : new Command(name, summary));
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new HelpText(terminal.OutputColumns is int columns ? Math.Clamp(columns - 1, 20, 100) : 80);
        return root.Parse(args.Length == 0 ? ["--help"] : args);
    }

    private static int Invoke(string[] args, Terminal terminal)
    {
        ParseResult result = Parse(args, terminal);
        string[] mistakes = result.Errors.Count > 0 ? [.. Mistakes.Describe(result)] : [.. Mistakes.Empty(result)];
        if (mistakes.Length > 0)
        {
            foreach (string mistake in mistakes) terminal.Log(mistake);
            terminal.Log("See sprout --help, or sprout COMMAND --help.");
            return ExitCode.Usage;
        }

        if (HuggingFace.NoteOf(result) is string note) terminal.Log(note);
        return result.Invoke(new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.LogWriter,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    /// <summary>Makes the devices of ILGPU known, in programs that have it.</summary>
    static partial void RegisterGpuDevices();
}
