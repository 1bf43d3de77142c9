// Looks for inputs that break the readers.
using System.Globalization;
using Sprout.Fuzz.Kinds;

namespace Sprout.Fuzz;

/// <summary>Runs the fuzzer on all kinds of input, or on some, for a number of seconds in all.</summary>
internal static class Program
{
    private const string Usage = "Usage: dotnet run -c Release --project Sprout.Fuzz -- [seconds] [--seed n] [--input kind] [--failures folder]";

    /// <summary>Prints a line a kind, and every failure; ends with 1 when there is one.</summary>
    public static int Main(string[] args)
    {
        (double seconds, ulong seed, string? only, string failures) = (60, 1, null, Path.Combine(Path.GetTempPath(), "sprout-fuzz-failures"));
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            bool isNumber = double.TryParse(args[i], NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
            if (i == 0 && isNumber && number > 0) seconds = number;
            else if (args[i] == "--seed" && ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed)) i++;
            else if (args[i] == "--input" && InputKinds.All.Any(kind => kind.Name == value)) (only, i) = (value, i + 1);
            else if (args[i] == "--failures" && value is not null) (failures, i) = (value, i + 1);
            else return Fail($"{Usage}\nKinds: {string.Join(", ", InputKinds.All.Select(kind => kind.Name))}");
        }

        using var cancelled = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            cancelled.Cancel();
        };
        using var fuzzer = new Fuzzer(seed, failures, failure =>
        {
            Print(failure);
            Environment.Exit(1);
        });
        return Run(fuzzer, [.. InputKinds.All.Where(kind => only is null || kind.Name == only)], seconds, cancelled.Token);
    }

    private static int Run(Fuzzer fuzzer, InputKind[] kinds, double seconds, CancellationToken cancellation)
    {
        const double longestTurn = 5;
        int rounds = (int)Math.Max(1, Math.Ceiling(seconds / kinds.Length / longestTurn)), failed = 0;
        var tallies = new Dictionary<string, Tally>();
        var told = new Dictionary<string, int>();
        for (int round = 0; round < rounds; round++)
        {
            foreach (InputKind kind in kinds)
            {
                Tally tally = fuzzer.Run(kind, TimeSpan.FromSeconds(seconds / kinds.Length / rounds), cancellation);
                foreach (Failure failure in tally.Failures.Skip(told.GetValueOrDefault(kind.Name))) Print(failure);
                told[kind.Name] = tally.Failures.Count;
                tallies[kind.Name] = tally;
            }
        }

        Console.WriteLine($"{"input",-24}{"inputs",12}{"per second",12}{"read",12}{"refused",12}{"failed",8}");
        foreach ((string name, Tally tally) in tallies)
        {
            failed += tally.Failures.Count;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-24}{tally.Inputs,12}{tally.Inputs / tally.Seconds,12:F0}{tally.Accepted,12}{tally.Refused,12}{tally.Failed,8}"));
        }

        Console.WriteLine($"{tallies.Values.Sum(tally => tally.Inputs)} inputs, {failed} different failures.");
        return failed > 0 ? 1 : 0;
    }

    private static void Print(Failure failure) => Console.WriteLine($"{failure.Kind}, input {failure.Number}, kept in {failure.Folder}: {failure.What}");

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 2;
    }
}
