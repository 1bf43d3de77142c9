// Progress of a stage that runs batches without training.
using System.Diagnostics;

namespace Sprout.Bert.Training;

/// <summary>Reports the batches of a stage with their speed and the time left.</summary>
/// <param name="stage">The stage's name: "eval", "teacher".</param>
/// <param name="progress">Receives the reports; null: nobody does.</param>
public sealed class StageProgress(string stage, IProgress<TrainerProgress>? progress)
{
    private readonly long start = Stopwatch.GetTimestamp();

    /// <summary>Reports that a batch is done.</summary>
    /// <param name="done">Batches done.</param>
    /// <param name="total">Batches in all.</param>
    /// <param name="tokens">Tokens that went through the model in this stage.</param>
    public void Report(int done, int total, long tokens)
    {
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        progress?.Report(
            new TrainerProgress(
                stage, done, total, 0, double.NaN, null, 1, tokens / seconds, (double)done / total, TimeSpan.FromSeconds(seconds / done * (total - done))));
    }
}
