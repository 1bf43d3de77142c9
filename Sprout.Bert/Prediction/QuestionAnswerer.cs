// Answers within a text.
using Sprout.Bert.Data;
using Sprout.Bert.Sources;
using Sprout.Tensors;

namespace Sprout.Bert.Prediction;

/// <summary>Finds the answer to a question within a text, however long: in windows that overlap, as <see cref="PredictorOptions"/> says.</summary>
public sealed class QuestionAnswerer : Predictor
{
    private readonly SquadFeatures features;
    private readonly SquadAnswers search;

    /// <summary>Loads a model from a source, which may be disposed afterwards.</summary>
    /// <exception cref="InputException">The model was not fine-tuned to answer.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public QuestionAnswerer(ModelSource source, PredictorOptions? options = null)
        : base(Checked(source), source.Config.CreateSpanExtractor, defaultLength: 384, LeastWindowLength, options ??= new PredictorOptions())
    {
        features = new SquadFeatures(Tokenizer, MaxLength, options.DocStride, options.MaxQueryLength);
        search = new SquadAnswers(maxAnswerLength: options.MaxAnswerLength);
    }

    /// <summary>Loads a model from a folder.</summary>
    /// <exception cref="InputException">There is no such model, or it was not fine-tuned to answer.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public static new QuestionAnswerer Load(string path, PredictorOptions? options = null)
    {
        using ModelSource source = ModelSource.Open(path);
        return new QuestionAnswerer(source, options);
    }

    /// <summary>The best answer that the context holds.</summary>
    /// <exception cref="OptionException">The question leaves no room for the context.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled before its end.</exception>
    public SquadAnswer Predict(string question, string context, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(context);
        cancellation.ThrowIfCancellationRequested();
        IReadOnlyList<SquadWindow> windows = features.Windows([new SquadQuestion("", question, context, [], [])]);
        float[][] starts = new float[windows.Count][], ends = new float[windows.Count][];
        using Turn turn = Enter(cancellation);
        for (int first = 0; first < windows.Count; first += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(first + BatchSize, windows.Count), tokens = 0;
            for (int i = first; i < end; i++)
            {
                Append(windows[i].Sequence.Ids, windows[i].Sequence.TypeIds);
                tokens += windows[i].Sequence.Ids.Length;
            }

            // All starts of the batch, then all ends.
            ReadOnlySpan<float> logits = Forward();
            for (int i = first, at = 0; i < end; at += windows[i++].Sequence.Ids.Length)
            {
                int length = windows[i].Sequence.Ids.Length;
                (starts[i], ends[i]) = (logits.Slice(at, length).ToArray(), logits.Slice(tokens + at, length).ToArray());
            }
        }

        return search.Best(context, windows, starts, ends);
    }

    private static ModelSource Checked(ModelSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        source.Config.RequirePairs(source.Name);
        return source;
    }
}
