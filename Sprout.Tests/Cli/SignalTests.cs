// The command in a process of its own, told to end.
using System.Diagnostics;
using Sprout.Cli.Shell;
using Sprout.Tests.Training;

namespace Sprout.Tests.Cli;

public sealed class SignalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    // Windows has no such signals.
    [SystemFact("linux", "macos")]
    public Task A_run_that_is_told_to_terminate_saves_a_checkpoint() => SavesACheckpoint("-TERM");

    [SystemFact("linux", "macos")]
    public Task A_run_whose_terminal_closes_saves_a_checkpoint() => SavesACheckpoint("-HUP");

    private async Task SavesACheckpoint(string signal)
    {
        // More steps than anyone waits for.
        string[] arguments = tiny.Arguments("out", "--max-steps=1000000 --save-every=0 --eval-every=0 --logging-steps=1");
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "sprout.dll"), .. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        using var cancellation = new CancellationTokenSource(Patience);
        try
        {
            var log = new List<string>();
            while (await process.StandardError.ReadLineAsync(cancellation.Token) is string line)
            {
                log.Add(line);
                if (!line.StartsWith("train ", StringComparison.Ordinal)) continue;
                using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
                log.Add(await process.StandardError.ReadToEndAsync(cancellation.Token));
                break;
            }

            await process.WaitForExitAsync(cancellation.Token);
            process.ExitCode.Should().Be(ExitCode.Cancelled, string.Join('\n', log));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        Directory.GetDirectories(tiny.PathOf("out"), "checkpoint-*").Should().ContainSingle();
    }
}
