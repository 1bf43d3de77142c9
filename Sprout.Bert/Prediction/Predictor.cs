// A model that answers.
using System.Runtime.InteropServices;
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Bert.Prediction;

/// <summary>
/// A fine-tuned model that answers. Any thread may call it at any time, also several at once: calls take turns at the model, and each turn uses all the
/// predictor's threads. An answer does not depend on other calls.
/// </summary>
public abstract class Predictor : IDisposable
{
    // [CLS] a [SEP] b [SEP] without a and b.
    private protected const int LeastTextLength = 3;

    // The same with a token of the context.
    private protected const int LeastWindowLength = 4;

    private readonly string name;
    private readonly IBackend backend;
    private readonly TaskModel model;
    private readonly Inference inference;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly List<int> ids = [], typeIds = [];
    private bool disposed;

    /// <summary>Loads a model.</summary>
    /// <param name="source">Where it lies; read here and not kept.</param>
    /// <param name="create">Makes the kind of model.</param>
    /// <param name="defaultLength">The longest sequence when the options have none.</param>
    /// <param name="leastLength">The shortest sequence that has room for something.</param>
    /// <param name="options">How to work.</param>
    /// <exception cref="InputException">The weights are damaged, or the head is missing.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    private protected Predictor(ModelSource source, Func<IBackend, TaskModel> create, int defaultLength, int leastLength, PredictorOptions options)
    {
        Config = source.Config;
        Tokenizer = source.Tokenizer;
        name = source.Name;
        foreach (string remark in Tokenizer.Remarks) options.Note?.Invoke(remark);
        MaxLength = options.MaxLength ?? Math.Min(defaultLength, Config.MaxPositionEmbeddings);
        OptionException.Require(
            MaxLength >= leastLength && MaxLength <= Config.MaxPositionEmbeddings,
            nameof(MaxLength), $"{leastLength} to the model's {Config.MaxPositionEmbeddings} positions", MaxLength);
        OptionException.Require(options.BatchSize > 0, nameof(BatchSize), "1 or more", options.BatchSize);
        OptionException.Require(options.DocStride > 0, nameof(options.DocStride), "1 or more", options.DocStride);
        OptionException.Require(options.MaxQueryLength > 0, nameof(options.MaxQueryLength), "1 or more", options.MaxQueryLength);
        OptionException.Require(options.MaxAnswerLength > 0, nameof(options.MaxAnswerLength), "1 or more", options.MaxAnswerLength);
        BatchSize = options.BatchSize;
        backend = Device.Open(options.Device, options.Threads, options.Note);
        TaskModel? created = null;
        try
        {
            model = created = create(backend);
            source.LoadWhole(model, onlyAnswers: true);
            inference = new Inference(backend, model);
        }
        catch
        {
            created?.Dispose();
            backend.Dispose();
            throw;
        }
    }

    /// <summary>The model's configuration.</summary>
    public ModelConfig Config { get; }

    /// <summary>The model's tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>Longest sequence in tokens; a longer text loses its end, a longer context is cut into windows.</summary>
    public int MaxLength { get; }

    /// <summary>Sequences that go through the model together when a call gives several.</summary>
    public int BatchSize { get; }

    /// <summary>Loads the kind of predictor that a model is for: answers, a score, a class or any number of labels.</summary>
    /// <exception cref="InputException">There is no such model, or it was not fine-tuned.</exception>
    /// <exception cref="OptionException">An option is out of range, or there is no such device.</exception>
    public static Predictor Load(string path, PredictorOptions? options = null)
    {
        using ModelSource source = ModelSource.Open(path);
        options ??= new PredictorOptions();
        if (source.Config.Architectures?.Any(name => name.EndsWith("ForQuestionAnswering", StringComparison.Ordinal)) == true)
            return new QuestionAnswerer(source, options);
        if (source.Config.IsMultiLabel) return new MultiLabelClassifier(source, options);
        return source.Config.NumLabels == 1 ? new TextRegressor(source, options) : new TextClassifier(source, options);
    }

    /// <summary>Waits for the calls under way, then gives the model's memory back.</summary>
    public void Dispose()
    {
        turn.Wait();
        try
        {
            if (disposed) return;
            disposed = true;
            inference.Dispose();
            model.Dispose();
            backend.Dispose();
        }
        finally
        {
            turn.Release();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Waits for this call's turn at the model, which ends with the result's <see cref="Turn.Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled first.</exception>
    private protected Turn Enter(CancellationToken cancellation)
    {
        turn.Wait(cancellation);
        if (disposed)
        {
            turn.Release();
            throw new ObjectDisposedException(GetType().Name);
        }

        // A call that failed may have left texts behind.
        inference.Batch.Clear();
        return new Turn(turn);
    }

    /// <summary>Adds a text, or two, to the turn's batch.</summary>
    private protected void Append(string text, string? pair)
    {
        if (pair is not null) Config.RequirePairs(name);
        ids.Clear();
        typeIds.Clear();
        Tokenizer.Encode(text, pair, MaxLength, ids, typeIds);
        Append(CollectionsMarshal.AsSpan(ids), CollectionsMarshal.AsSpan(typeIds));
    }

    /// <summary>Adds a sequence to the turn's batch.</summary>
    private protected void Append(ReadOnlySpan<int> sequence, ReadOnlySpan<int> types) => inference.Batch.Append(sequence, types);

    /// <summary>Runs the turn's batch, and begins a new one. The logits are valid until the next call.</summary>
    private protected ReadOnlySpan<float> Forward()
    {
        try
        {
            return inference.Forward();
        }
        catch (NotFiniteException e)
        {
            throw new NotFiniteException($"{name}: {e.Message}", e);
        }
        finally
        {
            inference.Batch.Clear();
        }
    }

    /// <summary>Makes an answer of the logits of one text.</summary>
    private protected delegate TAnswer Reading<out TAnswer>(ReadOnlySpan<float> logits);

    /// <summary>The answers to several texts, in their order, a batch at a time.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="outputs">Logits a text.</param>
    /// <param name="read">Makes an answer.</param>
    /// <param name="cancellation">Ends the call between two batches.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled before its end.</exception>
    private protected IReadOnlyList<TAnswer> Answer<TAnswer>(
        IReadOnlyList<TextInput> texts, int outputs, Reading<TAnswer> read, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using Turn own = Enter(cancellation);
        var answers = new TAnswer[texts.Count];
        for (int first = 0; first < answers.Length; first += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int end = Math.Min(first + BatchSize, answers.Length);
            for (int i = first; i < end; i++) Append(texts[i].Text, texts[i].Pair);
            ReadOnlySpan<float> logits = Forward();
            for (int i = first; i < end; i++) answers[i] = read(logits.Slice((i - first) * outputs, outputs));
        }

        return answers;
    }

    /// <summary>A call's turn at the model.</summary>
    private protected readonly struct Turn(SemaphoreSlim turn) : IDisposable
    {
        /// <summary>Lets the next call go on.</summary>
        public void Dispose() => turn.Release();
    }
}
