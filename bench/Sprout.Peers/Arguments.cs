// The command line.
using System.Globalization;

namespace Sprout.Peers;

/// <summary>Options: a name with a value behind it, or alone.</summary>
internal sealed class Arguments(string[] words)
{
    /// <summary>Repetitions that are not timed.</summary>
    public int Warmup => Whole("--warmup", 3);

    /// <summary>Repetitions that are.</summary>
    public int Repeat => Whole("--repeat", 20);

    /// <summary>Threads that work.</summary>
    public int Threads => Whole("--threads", Environment.ProcessorCount);

    /// <summary>Sequences of a repetition.</summary>
    public int Batch => Whole("--batch", 8);

    /// <summary>Tokens of a sequence.</summary>
    public int Length => Whole("--length", 128);

    /// <summary>Whether an option is there.</summary>
    public bool Has(string name) => words.Contains(name);

    /// <summary>The value of an option, or null.</summary>
    public string? Find(string name) => Array.IndexOf(words, name) is >= 0 and int at && at + 1 < words.Length ? words[at + 1] : null;

    /// <summary>The value of an option that must be there.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public string Text(string name) => Find(name) ?? throw new ArgumentException($"{name}: expected a value, found none.");

    /// <summary>A number, or null.</summary>
    public double? Number(string name) => Find(name) is string text ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    private int Whole(string name, int usual) => Find(name) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
