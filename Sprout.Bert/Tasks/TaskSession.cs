// Loads everything that a run or an evaluation needs.
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>A model with its tokenizer, bound to a task and its data: what <see cref="Trainer"/> trains and <see cref="Save"/> writes.</summary>
public sealed class TaskSession : IDisposable
{
    private readonly BoundTask bound;

    private TaskSession(BoundTask bound, ModelSource source, int maxLength) =>
        (this.bound, Tokenizer, SettingsFiles, MaxLength) = (bound, source.Tokenizer, source.SettingsFiles, maxLength);

    /// <summary>The model.</summary>
    public TaskModel Model => bound.Model;

    /// <summary>The model's configuration with the task's labels, as it is saved.</summary>
    public ModelConfig Config => bound.Config;

    /// <summary>The model's tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>The files that configuration and tokenizer were read from.</summary>
    public IReadOnlyList<string> SettingsFiles { get; }

    /// <summary>Longest sequence in tokens.</summary>
    public int MaxLength { get; }

    /// <summary>The model that this one learns from, or null.</summary>
    public TaskModel? Teacher => bound.TeacherModel;

    /// <summary>The task bound to the model.</summary>
    public Objective Objective => bound.Objective;

    /// <summary>Loads model, tokenizer, task and data.</summary>
    /// <param name="backend">Where the model lives.</param>
    /// <param name="options">Which model, task and data.</param>
    /// <param name="task">The task; null: the one that the options name.</param>
    /// <param name="seed">Seed of fresh weights.</param>
    /// <param name="train">Whether training examples are needed too.</param>
    /// <param name="needLabels">Whether evaluation examples must have labels.</param>
    /// <param name="note">Receives one sentence for each thing the user should know: fresh parameters, unused tensors, rows left out.</param>
    /// <param name="source">The model, which stays the caller's; null: the one that the options name.</param>
    /// <exception cref="InputException">A file, a model or a value is wrong.</exception>
    /// <exception cref="OptionException">Options contradict each other or do not fit the model.</exception>
    public static TaskSession Load(
        IBackend backend, TaskOptions options, TrainingTask? task = null, ulong seed = 42,
        bool train = true, bool needLabels = true, Action<string>? note = null, ModelSource? source = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        task ??= TaskRegistry.Get(options.Task);
        if (options.EvalSplit is not null && !task.CanHoldOut)
            throw OptionException.Of($"{new OptionName(nameof(options.EvalSplit))}: expected a task of texts with labels, found {options.Task}.");
        using ModelSource? opened = source is null ? SourceOf(options) : null;
        ModelSource stored = source ?? opened!;
        // What training leaves is a folder for Hugging Face's tools, whose layers are of one size.
        source = train ? WholeModel.Of(stored) : stored;
        ModelConfig config = options.Dropout is double dropout ? source.Config.WithDropout(dropout) : source.Config;
        int maxLength = options.MaxLength ?? Math.Min(task.DefaultLength, config.MaxPositionEmbeddings);
        OptionException.Require(
            maxLength >= task.LeastLength && maxLength <= config.MaxPositionEmbeddings,
            nameof(options.MaxLength), $"{task.LeastLength} to the model's {config.MaxPositionEmbeddings} positions", maxLength);
        foreach (string remark in source.Tokenizer.Remarks) note?.Invoke(remark);
        if (source != stored)
            note?.Invoke(
                $"{source.Name}: heads and neurons were removed, {stored.Config.RemovedHeads} and {stored.Config.RemovedNeurons}; "
                + "zeros, which training leaves, stand for them.");
        var context = new TaskContext(backend, source, config, maxLength, options, seed, train, needLabels, note ?? (_ => { }));
        return new TaskSession(task.Bind(context), source, maxLength);
    }

    /// <summary>Writes config.json, model.safetensors and the tokenizer's files, which Hugging Face tools load.</summary>
    /// <param name="folder">Created when missing.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Save(string folder) => HuggingFaceFolder.Save(folder, Model, Config, Tokenizer);

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        bound.TeacherModel?.Dispose();
    }

    private static ModelSource SourceOf(TaskOptions options)
    {
        OptionName model = new(nameof(options.Model)), config = new(nameof(options.Config)), vocab = new(nameof(options.Vocab));
        return (options.Model, options.Config, options.Vocab) switch
        {
            (string path, null, null) => ModelSource.Open(path),
            (null, string file, string words) => new FreshModel(file, words),
            (null, _, _) => throw OptionException.Of($"Give {model} with a folder, or {config} and {vocab} for a fresh model."),
            _ => throw OptionException.Of($"{model} cannot be combined with {config} or {vocab}."),
        };
    }
}
