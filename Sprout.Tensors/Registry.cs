// What has a name and can be added to.
using System.Collections.Immutable;

namespace Sprout.Tensors;

/// <summary>Things by name, such as devices, tasks, losses and methods: those of the library, and those that a program adds. Any thread may use it.</summary>
/// <typeparam name="T">The things.</typeparam>
public sealed class Registry<T> where T : class
{
    private readonly string kind;
    private readonly string[] reserved;
    private readonly Lock adding = new();
    private volatile ImmutableList<KeyValuePair<string, T>> entries = [];

    /// <summary>An empty registry.</summary>
    /// <param name="kind">What messages call a thing: "loss".</param>
    /// <param name="reserved">Names that mean something else.</param>
    public Registry(string kind, params string[] reserved) => (this.kind, this.reserved) = (kind, reserved);

    /// <summary>The names in the order in which they were added.</summary>
    public IReadOnlyList<string> Names => [.. entries.Select(entry => entry.Key)];

    /// <summary>The things in the order in which they were added.</summary>
    public IReadOnlyList<T> All => [.. entries.Select(entry => entry.Value)];

    /// <summary>Adds a thing.</summary>
    /// <exception cref="ArgumentException">The name is empty, has a blank, means something else or is taken.</exception>
    public Registry<T> Add(string name, T thing)
    {
        ArgumentNullException.ThrowIfNull(thing);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Any(char.IsWhiteSpace) || reserved.Contains(name, StringComparer.Ordinal))
            throw new ArgumentException($"A {kind} cannot be called \"{name}\".", nameof(name));
        lock (adding)
        {
            if (Find(name) is not null) throw new ArgumentException($"There is a {kind} called \"{name}\" already.", nameof(name));
            entries = entries.Add(KeyValuePair.Create(name, thing));
        }

        return this;
    }

    /// <summary>The thing of a name, or null.</summary>
    public T? Find(string name) => entries.FirstOrDefault(entry => string.Equals(entry.Key, name, StringComparison.Ordinal)).Value;
}
