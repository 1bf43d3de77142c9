// The table of latencies of a run.
using Sprout.Bert.Models;
using Sprout.Bert.Tasks;
using Sprout.Pruning.Latency;
using Sprout.Tensors;

namespace Sprout.Pruning.Runs;

/// <summary>Where a run that has a <see cref="PruningOptions.Speedup"/> gets its table from.</summary>
internal static class RunLatency
{
    /// <summary>The run's own table when it is continued, else the one that the options name, else a measured one; null without a speed-up.</summary>
    /// <param name="recipe">The run's options.</param>
    /// <param name="output">The run's folder, or null.</param>
    /// <param name="session">The model, as it is before it is pruned.</param>
    /// <param name="backend">Where it is.</param>
    /// <param name="setup">Whether the run is continued, and who is told what was measured.</param>
    /// <param name="cancellation">Ends measuring.</param>
    /// <exception cref="InputException">The table cannot be read, is damaged or is one of another model.</exception>
    /// <exception cref="OptionException">The model has not so many positions, or a pass would be too large for an array.</exception>
    public static LatencyTable? Of(
        Recipe recipe, string? output, TaskSession session, IBackend backend, RunSetup setup, CancellationToken cancellation)
    {
        PruningOptions options = recipe.Pruning;
        if (options.Speedup is null) return null;
        string? own = output is null ? null : Path.Combine(output, LatencyTable.FileName);
        if ((setup.Resume && File.Exists(own) ? own : options.LatencyTable) is string path)
        {
            LatencyTable table = LatencyTable.Load(path);
            table.RequireFits(session.Model, path);
            return table;
        }

        ModelConfig config = session.Model.Config;
        int length = options.SpeedupLength ?? session.MaxLength;
        OptionException.Require(
            length <= config.MaxPositionEmbeddings, nameof(options.SpeedupLength), $"1 to the model's {config.MaxPositionEmbeddings} positions", length);
        int most = Array.MaxLength / Math.Max(config.HiddenSize, config.IntermediateSize) / length;
        OptionException.Require(options.SpeedupBatch <= most, nameof(options.SpeedupBatch), $"1 to {most}", options.SpeedupBatch);
        using var meter = new LatencyMeter(backend, session.Model, options.SpeedupBatch, length);
        LatencyTable measured = meter.Measure(cancellation);
        setup.Note?.Invoke(FormattableString.Invariant(
            $"Measured: {measured.Batch} × {length} tokens take {measured.Dense:0.00} ms, without heads and neurons {measured.Rest:0.00} ms."));
        return measured;
    }
}
