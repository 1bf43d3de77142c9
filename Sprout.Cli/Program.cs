// The sprout command: parses arguments and maps outcomes to exit codes.
using System.CommandLine;
using System.Runtime.InteropServices;
using Sprout.Cli.Commands;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;

namespace Sprout.Cli;

/// <summary>Entry point.</summary>
public static partial class Program
{
    private static readonly (string Name, string Summary, Func<Terminal, Command> Create)[] Commands =
    [
        ("demo", DemoCommand.Summary, DemoCommand.Create),
        ("train", TrainCommand.Summary, TrainCommand.Create),
        ("eval", EvalCommand.Summary, EvalCommand.Create),
        ("predict", PredictCommand.Summary, PredictCommand.Create),
        ("tokenize", TokenizeCommand.Summary, TokenizeCommand.Create),
        ("inspect", InspectCommand.Summary, InspectCommand.Create),
        ("export", ExportCommand.Summary, ExportCommand.Create),
        ("bench", BenchCommand.Summary, BenchCommand.Create),
        ("pretrain", PretrainCommand.Summary, PretrainCommand.Create),
        ("devices", DevicesCommand.Summary, DevicesCommand.Create),
    ];

    static Program() => RegisterGpuDevices();

    /// <summary>Runs one command; returns its exit code.</summary>
    public static int Main(string[] args)
    {
        InputLines.MakeConsoleStrict();
        Console.SetError(new ForgivingWriter(Console.Error));
        return Run(args, Console.Out, Console.Error, handleSignals: true);
    }

    /// <summary>Runs one command with the given streams; for tests too.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Results.</param>
    /// <param name="log">Progress and messages.</param>
    /// <param name="handleSignals">Whether Ctrl+C, SIGTERM and SIGHUP cancel the command.</param>
    public static int Run(string[] args, TextWriter output, TextWriter log, bool handleSignals = false)
    {
        using var cancellation = new CancellationTokenSource();
        void OnSignal(PosixSignalContext signal)
        {
            // The first one lets the step finish and save; the second one kills.
            signal.Cancel = !cancellation.IsCancellationRequested;
            if (signal.Cancel) log.WriteLine("Cancelling: the step under way is finished first. Press Ctrl+C again to stop at once.");
            cancellation.Cancel();
        }

        // Ctrl+C, and what a batch system sends before it takes the machine away.
        using PosixSignalRegistration? interrupt = handleSignals ? PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal) : null;
        using PosixSignalRegistration? hangUp = handleSignals ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal) : null;
        using PosixSignalRegistration? terminate = handleSignals ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal) : null;
        return ExitCode.Guard(log, () => Invoke(args, new Terminal(output, log, cancellation.Token)));
    }

    private static int Invoke(string[] args, Terminal terminal)
    {
        var root = new RootCommand("Fine-tunes BERT models and prunes them while they learn, in pure .NET.");
        // Only the command that is asked for gets its options: making all of them takes longer than printing the help.
        foreach ((string name, string summary, Func<Terminal, Command> create) in Commands)
            root.Add(args.Contains(name) ? create(terminal) : new Command(name, summary));
        ParseResult result = root.Parse(args.Length == 0 ? ["--help"] : args);
        if (result.Errors.Count > 0)
        {
            foreach (string mistake in Mistakes.Describe(result)) terminal.Log(mistake);
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
