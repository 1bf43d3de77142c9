// The methods by name.
using Sprout.Bert.Models;
using Sprout.Pruning.Latency;
using Sprout.Tensors;

namespace Sprout.Pruning.Methods;

/// <summary>
/// The pruning methods by name. To add one: write a class that derives from <see cref="PruningMethod"/> (or from <see cref="TopVMethod"/> when it keeps the
/// best scores) and add its line to the table here; a program adds its own with <see cref="Register"/>. Then its runs know it.
/// </summary>
public static class PruningMethods
{
    private static readonly Registry<Func<PruningOptions, PruningMethod>> Known =
        new Registry<Func<PruningOptions, PruningMethod>>("pruning method", PruningOptions.NoMethod)
            .Add("magnitude", options => new Magnitude(options))
            .Add("movement", options => new Movement(options))
            .Add("soft-movement", options => new SoftMovement(options))
            .Add("l0", options => new HardConcrete(options))
            .Add("random", options => new RandomPruning(options));

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => Known.Names;

    /// <summary>Adds a method; call it before a run starts.</summary>
    /// <exception cref="ArgumentException">The name is taken, or no name.</exception>
    public static void Register(string name, Func<PruningOptions, PruningMethod> create) => Known.Add(name, create);

    /// <summary>The method that the options name.</summary>
    /// <exception cref="OptionException">There is no such method, or it cannot work with these options.</exception>
    public static PruningMethod Create(PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options is { Method: PruningOptions.NoMethod, KeepZeros: true }) return new KeptZeros(options);
        if (Known.Find(options.Method) is { } create)
        {
            PruningMethod method = create(options) ?? throw new InvalidOperationException($"What was registered as method \"{options.Method}\" makes none.");
            method.RequireSpeedup();
            return method;
        }

        throw OptionException.Expected(nameof(options.Method), $"{PruningOptions.NoMethod} or one of {string.Join(", ", Names)}", $"\"{options.Method}\"");
    }

    /// <summary>A pruner of an encoder by the method that the options name; null when they name none.</summary>
    /// <param name="encoder">Its prunable matrices are pruned.</param>
    /// <param name="options">What to do.</param>
    /// <param name="totalSteps">The run's optimiser steps.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="latency">What heads and neurons cost, for <see cref="PruningOptions.Speedup"/>; else null.</param>
    /// <exception cref="OptionException">
    /// The options are out of range, contradict each other, or do not fit the model; or the speed-up cannot be reached.
    /// </exception>
    /// <exception cref="InputException">The file of initial scores lacks a matrix or has another shape for it.</exception>
    public static Pruner? CreatePruner(Encoder encoder, PruningOptions options, int totalSteps, ulong seed, LatencyTable? latency = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.IsPruning) return null;
        options.Validate();
        return new Pruner(Create(options), encoder, totalSteps, seed, latency);
    }
}
