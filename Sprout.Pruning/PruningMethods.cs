// The methods by name.
using Sprout.Pruning.Methods;
using Sprout.Tensors;

namespace Sprout.Pruning;

/// <summary>
/// The pruning methods by the names that <c>--method</c> takes. To add one: write a class in Methods/ that derives from <see cref="PruningMethod"/> (or from
/// <see cref="TopVMethod"/> when it keeps the best scores) and add its line to the table here. Programs that use the library give their own
/// <see cref="PruningMethod"/> to <see cref="Pruner"/> directly.
/// </summary>
public static class PruningMethods
{
    private static readonly (string Name, Func<PruningOptions, PruningMethod> Create)[] Table =
    [
        ("magnitude", options => new Magnitude(options)),
        ("movement", options => new Movement(options)),
        ("soft-movement", options => new SoftMovement(options)),
        ("l0", options => new HardConcrete(options)),
        ("random", options => new RandomPruning(options)),
    ];

    /// <summary>The names, in the order in which help shows them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>The method of a name.</summary>
    /// <exception cref="OptionException">There is no such method, or it cannot work with these options.</exception>
    public static PruningMethod Create(string name, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach ((string known, Func<PruningOptions, PruningMethod> create) in Table)
            if (known == name) return create(options);
        throw new OptionException($"--method must be {PruningOptions.NoMethod} or one of {string.Join(", ", Names)}, not \"{name}\".");
    }
}
