// What an export costs.
using Sprout.Bert.Sources;
using Sprout.Bert.Tasks;
using Sprout.Cli.Shell;
using Sprout.Export.Onnx;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>Measures a model and its export on the same data, prints both, and refuses an export that loses too much.</summary>
/// <param name="recipe">The model, the task and its data.</param>
/// <param name="most">Points that the task's metric may fall by; null: any.</param>
/// <param name="terminal">Receives the metrics.</param>
internal sealed class ExportLoss(Recipe recipe, double? most, Terminal terminal)
{
    // Of what is printed and compared: more would be noise of the subtraction. Adding 0 takes the sign off a 0.
    private const int Digits = 4;

    /// <summary>Measures an export that is a model for Sprout too.</summary>
    /// <exception cref="InputException">It loses too much, or the data cannot be read.</exception>
    public void Measure(string export)
    {
        (string metric, double before) = MetricOf(recipe, terminal.Log);
        Compare(metric, before, MetricOf(recipe with { Task = recipe.Task with { Model = export } }).Value);
    }

    /// <summary>Measures what the graph of an ONNX model in single precision computes: the model's own weights, and no products in integers.</summary>
    /// <param name="source">The model that was exported.</param>
    /// <exception cref="InputException">It loses too much, or the data cannot be read.</exception>
    public void MeasureFloats(ModelSource source)
    {
        (string metric, double before) = MetricOf(recipe, terminal.Log);
        using var floats = new ChangedModel(source, source.Config, new Dictionary<string, ChangedTensor>());
        Compare(metric, before, MetricOf(recipe, source: floats).Value);
    }

    /// <summary>Measures what the graph of an ONNX model with 8-bit products computes.</summary>
    /// <param name="source">The model that was exported.</param>
    /// <exception cref="InputException">It loses too much, or the data cannot be read.</exception>
    public void MeasureInt8(ModelSource source)
    {
        (string metric, double before) = MetricOf(recipe, terminal.Log);
        terminal.Log("The export is measured by an emulation of its 8-bit products, one text at a time; in a batch they share the scale of their inputs.");
        Recipe single = recipe with { Training = recipe.Training with { EvalBatchSize = 1 } };
        using ModelSource rounded = Int8Emulation.RoundWeights(source);
        Compare(metric, before, MetricOf(single, source: rounded, prepare: session => Int8Emulation.RoundInputs(session.Model)).Value);
    }

    private (string Metric, double Value) MetricOf(
        Recipe of, Action<string>? note = null, ModelSource? source = null, Action<TaskSession>? prepare = null)
    {
        using IBackend backend = of.Device.Open(note);
        using TaskSession session = TaskSession.Load(backend, of.Task, train: false, note: note, source: source);
        if (note is not null)
            foreach (string sentence in session.Objective.Summary.Describe(of.Task.Task)) note(sentence);
        prepare?.Invoke(session);
        string metric = session.Objective.PrimaryMetric;
        return (metric, Evaluation.Run(session, of, terminal)[metric]);
    }

    private void Compare(string metric, double before, double after)
    {
        // Metrics of question answering are percents, the others shares and correlations.
        double lost = Math.Round((before - after) * (recipe.Task.Task == TaskRegistry.Squad ? 1 : 100), Digits) + 0.0;
        terminal.Output.WriteLine(FormattableString.Invariant($"{metric} = {before:0.######}"));
        terminal.Output.WriteLine(FormattableString.Invariant($"exported_{metric} = {after:0.######}"));
        terminal.Output.WriteLine(FormattableString.Invariant($"lost = {lost:0.####} points"));
        if (most is null || lost <= most) return;
        throw new InputException(FormattableString.Invariant(
            $"--max-loss: expected at most {most} points of {metric} lost, found {lost:0.####}; nothing is written."));
    }
}
