// Receives progress on the thread that trains; Progress<T> would hand it to another.
using Sprout.Bert.Training;

namespace Sprout.Tests.Training;

internal sealed class Listener(Action<TrainerProgress> report) : IProgress<TrainerProgress>
{
    public void Report(TrainerProgress value) => report(value);
}
