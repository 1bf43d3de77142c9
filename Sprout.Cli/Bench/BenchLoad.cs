// Times making a model from its folder or file.
using System.Diagnostics;
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;

namespace Sprout.Cli.Bench;

/// <summary>Makes a model and reads its weights, every time into fresh memory, as a new process does. The file comes from the system's cache.</summary>
internal sealed record BenchLoad(string Path, int Warmup, int Repeat, int Threads)
{
    /// <summary>Times it. Beside the times stands what the first repetition added to the process's peak of resident memory.</summary>
    /// <param name="open">Opens the device; a repetition closes its own, with all its memory.</param>
    /// <param name="cancellation">Ends it between repetitions.</param>
    public JsonObject Run(Func<IBackend> open, CancellationToken cancellation)
    {
        var timing = new BenchTiming();
        double before = BenchTiming.PeakMebibytes(), loaded = 0;
        long weights = 0;
        for (int i = 0; i < Warmup + Repeat; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using IBackend backend = open();
            long start = Stopwatch.GetTimestamp();
            using ModelSource source = ModelSource.Open(Path);
            using SequenceClassifier model = source.Config.CreateClassifier(backend, BenchObjective.Classes);
            source.Load(model, seed: 0, onlyAnswers: true);
            backend.Synchronize();
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (i == 0) (loaded, weights) = (BenchTiming.PeakMebibytes() - before, model.Parameters().Sum(parameter => parameter.Shape.Count));
            if (i >= Warmup) timing.Add(seconds, default);
        }

        using IBackend reported = open();
        JsonObject report = timing.Report(reported, "load", Threads, weights, null, null);
        report["loaded_mb"] = loaded;
        return report;
    }
}
