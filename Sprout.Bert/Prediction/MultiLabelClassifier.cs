// Labels of texts that may have any number of them.
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;

namespace Sprout.Bert.Prediction;

/// <summary>Predicts the labels of texts and pairs, any number each.</summary>
public sealed class MultiLabelClassifier : Predictor
{
    /// <summary>Loads a classifier from a source, which may be disposed afterwards.</summary>
    /// <exception cref="InputException">The model was not fine-tuned to give a text any number of labels.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public MultiLabelClassifier(ModelSource source, PredictorOptions? options = null)
        : base(
            Checked(source), backend => source.Config.CreateClassifier(backend, source.Config.NumLabels), defaultLength: 128, LeastTextLength,
            options ?? new PredictorOptions()) =>
        Labels = source.Config.Id2Label ?? MadeUpLabels.Of(source.Config.NumLabels);

    /// <summary>The names of the classes by class id.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Loads a classifier from a folder.</summary>
    /// <exception cref="InputException">There is no such model, or it was not fine-tuned to give a text any number of labels.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public static new MultiLabelClassifier Load(string path, PredictorOptions? options = null)
    {
        using ModelSource source = ModelSource.Open(path);
        return new MultiLabelClassifier(source, options);
    }

    /// <summary>The labels of a text, or of a pair.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled before its turn.</exception>
    public LabelSet Predict(string text, string? pair = null, CancellationToken cancellation = default)
    {
        using Turn turn = Enter(cancellation);
        Append(text, pair);
        return Of(Forward());
    }

    /// <summary>The labels of several texts, in their order.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled before its end.</exception>
    public IReadOnlyList<LabelSet> Predict(IReadOnlyList<TextInput> texts, CancellationToken cancellation = default) =>
        Answer(texts, Labels.Count, Of, cancellation);

    private static ModelSource Checked(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Config.IsMultiLabel ? source
            : throw new InputException(
                $"{source.Name}: expected a model with problem_type {ModelConfig.MultiLabelType}, found {source.Config.ProblemType ?? "none"}.");
    }

    private LabelSet Of(ReadOnlySpan<float> logits)
    {
        IReadOnlyList<int> ids = Sigmoid.Likely(logits);
        float[] kept = logits.ToArray();
        return new LabelSet(ids, [.. ids.Select(id => Labels[id])], [.. kept.Select(logit => Sigmoid.Of(logit))], kept);
    }
}
