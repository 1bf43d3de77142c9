// The command in a process of its own, told to end.
using System.Diagnostics;
using Sprout.Cli.Shell;
using Sprout.Pruning.Runs;
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

    [SystemFact("linux", "macos")]
    public async Task A_command_that_waits_ends_at_once()
    {
        using Process process = Start("predict", "--model", tiny.Model);
        await process.StandardInput.WriteLineAsync("aa ab");
        (await process.StandardOutput.ReadLineAsync()).Should().Contain("prediction");
        using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        using var cancellation = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(cancellation.Token);
        process.ExitCode.Should().Be(ExitCode.Cancelled);
        (await process.StandardError.ReadToEndAsync()).Trim().Should().Be("Cancelled: nothing was left half-written.");
    }

    [SystemFact("linux")]
    public async Task A_run_that_is_told_to_end_while_it_loads_leaves_all_as_it_was()
    {
        string output = tiny.Train("out"), pipe = tiny.PathOf("pipe");
        string[] before = [.. Directory.EnumerateFileSystemEntries(output, "*", SearchOption.AllDirectories).Order()];
        using (Process make = Process.Start("mkfifo", [pipe])) await make.WaitForExitAsync();
        // Nobody ever writes into the pipe, so the data never come.
        using Process process = Start(tiny.Arguments("out", $"--train-file={pipe} --overwrite"));
        using var cancellation = new CancellationTokenSource(Patience);
        while (!File.Exists(Path.Combine(output, RunLock.HolderFile))) await Task.Delay(20, cancellation.Token);
        using Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync(cancellation.Token);
        process.ExitCode.Should().Be(ExitCode.Cancelled);
        (await process.StandardError.ReadToEndAsync()).Trim().Should().Be("Cancelled: nothing was left half-written.");
        Directory.EnumerateFileSystemEntries(output, "*", SearchOption.AllDirectories).Order().Should().Equal(before);
    }

    [SystemFact("linux")]
    public async Task A_stream_that_takes_nothing_does_not_end_a_run()
    {
        string[] redirections = ["2>/dev/full", "2>&-", ">/dev/full", ">&-", ">&- 2>&-"];
        for (int i = 0; i < redirections.Length; i++)
        {
            string[] command = ["dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "sprout.dll"), .. tiny.Arguments($"out{i}", "--profile")];
            using Process process = Process.Start("sh", ["-c", $"{string.Join(' ', command)} {redirections[i]}"]);
            using var cancellation = new CancellationTokenSource(Patience);
            await process.WaitForExitAsync(cancellation.Token);
            File.Exists(tiny.PathOf($"out{i}/model.safetensors")).Should().BeTrue(redirections[i]);
            File.Exists(tiny.PathOf($"out{i}/all_results.json")).Should().BeTrue(redirections[i]);
            // Results that cannot be written are told of.
            process.ExitCode.Should().Be(redirections[i][0] == '2' ? ExitCode.Done : ExitCode.Input, redirections[i]);
        }
    }

    private static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "sprout.dll"), .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true,
        })!;

    private async Task SavesACheckpoint(string signal)
    {
        // More steps than anyone waits for.
        string[] arguments = tiny.Arguments("out", "--max-steps=1000000 --save-every=0 --eval-every=0 --logging-steps=1");
        using Process process = Start(arguments);
        using var cancellation = new CancellationTokenSource(Patience);
        var log = new List<string>();
        try
        {
            while (await process.StandardError.ReadLineAsync(cancellation.Token) is string line)
            {
                log.Add(line);
                if (!line.StartsWith("train ", StringComparison.Ordinal)) continue;
                using Process kill = Process.Start("kill", [signal, $"{process.Id}"]);
                log.AddRange((await process.StandardError.ReadToEndAsync(cancellation.Token)).Split(Environment.NewLine));
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
        log.Should().Contain($"To continue: {CommandLine.ToResume(arguments)}");
    }
}
