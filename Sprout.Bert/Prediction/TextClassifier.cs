// Classes of texts.
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Tensors;

namespace Sprout.Bert.Prediction;

/// <summary>Predicts the class of texts and pairs.</summary>
public sealed class TextClassifier : Predictor
{
    /// <summary>Loads a classifier from a source, which may be disposed afterwards.</summary>
    /// <exception cref="InputException">The model was not fine-tuned to classify, or a text can have several of its classes.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public TextClassifier(ModelSource source, PredictorOptions? options = null)
        : base(
            Checked(source), backend => source.Config.CreateClassifier(backend, source.Config.NumLabels), defaultLength: 128, LeastTextLength,
            options ?? new PredictorOptions()) =>
        Labels = source.Config.Id2Label ?? MadeUpLabels.Of(source.Config.NumLabels);

    /// <summary>The names of the classes by class id.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Loads a classifier from a folder.</summary>
    /// <exception cref="InputException">There is no such model, or it was not fine-tuned to classify.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public static new TextClassifier Load(string path, PredictorOptions? options = null)
    {
        using ModelSource source = ModelSource.Open(path);
        return new TextClassifier(source, options);
    }

    /// <summary>The class of a text, or of a pair.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled before its turn.</exception>
    public Classification Predict(string text, string? pair = null, CancellationToken cancellation = default)
    {
        using Turn turn = Enter(cancellation);
        Append(text, pair);
        return Of(Forward());
    }

    /// <summary>The classes of several texts, in their order.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled before its end.</exception>
    public IReadOnlyList<Classification> Predict(IReadOnlyList<TextInput> texts, CancellationToken cancellation = default) =>
        Answer(texts, Labels.Count, Of, cancellation);

    private static ModelSource Checked(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.Config.ProblemType is ModelConfig.RegressionType or ModelConfig.MultiLabelType || source.Config.NumLabels == 1)
            throw new InputException(
                $"{source.Name}: expected a model that gives a text one class, found one of {source.Config.NumLabels} labels"
                + (source.Config.ProblemType is string type ? $" with problem_type {type}." : "."));
        return source;
    }

    private Classification Of(ReadOnlySpan<float> logits)
    {
        var probabilities = new double[logits.Length];
        Softmax.Probabilities(logits, probabilities);
        int best = Softmax.ArgMax(logits);
        return new Classification(best, Labels[best], probabilities, logits.ToArray());
    }
}
