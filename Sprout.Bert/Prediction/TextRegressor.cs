// Scores of texts.
using Sprout.Bert.Sources;
using Sprout.Tensors;

namespace Sprout.Bert.Prediction;

/// <summary>Predicts a number for texts and pairs.</summary>
public sealed class TextRegressor : Predictor
{
    /// <summary>Loads a regression from a source, which may be disposed afterwards.</summary>
    /// <exception cref="InputException">The model was not fine-tuned to predict a number.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public TextRegressor(ModelSource source, PredictorOptions? options = null)
        : base(
            Checked(source), backend => source.Config.CreateClassifier(backend, outputs: 1), defaultLength: 128, LeastTextLength,
            options ?? new PredictorOptions()) { }

    /// <summary>Loads a regression from a folder.</summary>
    /// <exception cref="InputException">There is no such model, or it was not fine-tuned to predict a number.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public static new TextRegressor Load(string path, PredictorOptions? options = null)
    {
        using ModelSource source = ModelSource.Open(path);
        return new TextRegressor(source, options);
    }

    /// <summary>The number of a text, or of a pair.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled before its turn.</exception>
    public float Predict(string text, string? pair = null, CancellationToken cancellation = default)
    {
        using Turn turn = Enter(cancellation);
        Append(text, pair);
        return Forward()[0];
    }

    /// <summary>The numbers of several texts, in their order.</summary>
    /// <exception cref="OperationCanceledException">The call was cancelled before its end.</exception>
    public IReadOnlyList<float> Predict(IReadOnlyList<TextInput> texts, CancellationToken cancellation = default) =>
        Answer(texts, 1, logits => logits[0], cancellation);

    private static ModelSource Checked(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Config.NumLabels == 1 ? source
            : throw new InputException($"{source.Name}: expected a model that predicts a number, found one of {source.Config.NumLabels} labels.");
    }
}
