// Loads everything that a run or an evaluation needs.
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Training;

/// <summary>A model with its tokenizer, bound to a task and its data: what <see cref="Trainer"/> trains and <see cref="Save"/> writes.</summary>
public sealed class TaskSession : IDisposable
{
    /// <summary>The name of the question-answering task.</summary>
    public const string Squad = "squad";

    /// <summary>The name of the task for the user's own tables.</summary>
    public const string Text = "text";

    private readonly TaskOptions options;
    private readonly BertHead? teacherModel;

    private TaskSession(IBackend backend, TaskOptions options, bool train, bool needLabels, Action<string> note)
    {
        this.options = options;
        BertConfig config = ReadConfig(options);
        int maxLength = options.MaxLength ?? Math.Min(options.Task == Squad ? 384 : 128, config.MaxPositionEmbeddings);
        if (maxLength < 2 || maxLength > config.MaxPositionEmbeddings)
            throw new OptionException($"--max-length: expected 2 to the model's {config.MaxPositionEmbeddings} positions, found {maxLength}.");
        Tokenizer = options.Model is string folder ? BertTokenizer.Load(folder) : BertTokenizer.FromVocab(options.Vocabulary!);
        if (Tokenizer.VocabSize > config.VocabSize)
            throw new InputException($"{options.Model ?? options.Vocabulary}: expected at most vocab_size = {config.VocabSize} tokens, found {Tokenizer.VocabSize} in the tokenizer's files.");
        if (options.Task == Squad)
        {
            (Model, Objective) = BindSquad(backend, config, maxLength, train, note, out teacherModel);
        }
        else
        {
            TextTask task = TaskOf(config, train);
            config = WithLabels(config, task);
            (Model, Objective) = BindText(backend, config, task, maxLength, train, needLabels, note, out teacherModel);
        }

        Config = config with { Architectures = [Model.Architecture] };
    }

    /// <summary>The names that <c>--task</c> takes.</summary>
    public static IReadOnlyList<string> TaskNames { get; } = [.. GlueTasks.Names, Squad, Text];

    /// <summary>The model.</summary>
    public BertHead Model { get; }

    /// <summary>The model's configuration with the task's labels, as it is saved.</summary>
    public BertConfig Config { get; }

    /// <summary>The model's tokenizer.</summary>
    public BertTokenizer Tokenizer { get; }

    /// <summary>The task bound to the model.</summary>
    public Objective Objective { get; }

    /// <summary>Loads model, tokenizer, task and data.</summary>
    /// <param name="backend">Where the model lives.</param>
    /// <param name="options">Which model, task and data.</param>
    /// <param name="train">Whether training examples are needed too.</param>
    /// <param name="needLabels">Whether evaluation examples must have labels.</param>
    /// <param name="note">Receives one sentence for each thing the user should know: fresh parameters, unused tensors, rows left out.</param>
    /// <exception cref="InputException">A file, a model or a value is wrong.</exception>
    /// <exception cref="OptionException">Options contradict each other or do not fit the model.</exception>
    public static TaskSession Load(IBackend backend, TaskOptions options, bool train = true, bool needLabels = true, Action<string>? note = null)
    {
        if (!TaskNames.Contains(options.Task)) throw new OptionException($"--task: expected one of {string.Join(", ", TaskNames)}, found \"{options.Task}\".");
        return new TaskSession(backend, options, train, needLabels, note ?? (_ => { }));
    }

    /// <summary>Writes config.json, model.safetensors and the tokenizer's files, which Hugging Face tools load.</summary>
    /// <param name="folder">Created when missing.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public void Save(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the folder {folder}: {e.Message}", e);
        }

        Config.Save(folder);
        Tokenizer.Save(folder);
        ModelFolder.Save(Model, folder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        teacherModel?.Dispose();
    }

    private static BertConfig ReadConfig(TaskOptions options)
    {
        if (options.Model is null && (options.Config is null || options.Vocabulary is null)) throw new OptionException("Give --model with a folder, or --config and --vocab for a fresh model.");
        if (options.Model is not null && (options.Config is not null || options.Vocabulary is not null)) throw new OptionException("--model cannot be combined with --config or --vocab.");
        if (options.Model is string folder && !Directory.Exists(folder)) throw new InputException($"{folder}: expected a model folder, found {(File.Exists(folder) ? "a file" : "nothing")}.");
        BertConfig config = options.Model is not null ? BertConfig.Load(options.Model) : BertConfig.FromFile(options.Config!);
        if (options.Dropout is not double dropout) return config;
        if (dropout is not (>= 0 and < 1)) throw new OptionException(FormattableString.Invariant($"--dropout: expected 0 or more and below 1, found {dropout}."));
        return config with { HiddenDropoutProb = dropout, AttentionProbsDropoutProb = dropout, ClassifierDropout = dropout };
    }

    private TextTask TaskOf(BertConfig config, bool train)
    {
        // Hugging Face gives regressions one made-up label.
        Dictionary<string, int> labels = config.NumLabels > 1 && config.Label2Id is not null ? new(config.Label2Id) : [];
        TextTask task = options.Task != Text ? GlueTasks.Get(options.Task)
            : train ? CustomTextTask.FromTrainFile(options.Data, options.Columns)
            : CustomTextTask.FromModel(labels, options.Columns);
        return task.IsRegression || labels.Count == 0 ? task : task.WithLabels(labels);
    }

    private static BertConfig WithLabels(BertConfig config, TextTask task)
    {
        IReadOnlyList<string> names = task.IsRegression ? ["LABEL_0"] : task.LabelNames;
        return config with
        {
            Id2Label = names,
            Label2Id = names.Select((name, id) => (name, id)).ToDictionary(pair => pair.name, pair => pair.id),
            ProblemType = task.IsRegression ? "regression" : "single_label_classification",
        };
    }

    private (BertHead, Objective) BindText(IBackend backend, BertConfig config, TextTask task, int maxLength, bool train, bool needLabels, Action<string> note, out BertHead? teacherModel)
    {
        IReadOnlyList<TextExample> examples = train ? First(task.LoadTrain(options.Data, note), options.MaxTrainSamples) : [];
        IReadOnlyList<EvalSet> evalSets = [.. task.LoadEval(options.Data, needLabels, note).Select(set => set with { Examples = First(set.Examples, options.MaxEvalSamples) })];
        int outputs = task.IsRegression ? 1 : task.LabelNames.Count;
        var model = new BertForSequenceClassification(backend, config, outputs);
        LoadWeights(model, options.Model, note);
        Teacher? teacher = null;
        teacherModel = null;
        if (options.Teacher is string folder)
        {
            var other = new BertForSequenceClassification(backend, TeacherConfig(folder, config, task), outputs);
            teacherModel = other;
            LoadTeacher(other, folder);
            teacher = new Teacher(backend, other, other.Forward, options.DistillAlpha, options.DistillTemperature);
        }

        return (model, new TextObjective(backend, model, task, Tokenizer, maxLength, examples, evalSets, teacher));
    }

    private (BertHead, Objective) BindSquad(IBackend backend, BertConfig config, int maxLength, bool train, Action<string> note, out BertHead? teacherModel)
    {
        var features = new SquadFeatures(Tokenizer, maxLength, options.DocStride, options.MaxQueryLength);
        IReadOnlyList<SquadQuestion> questions = train ? SquadDataset.Load(options.Data.Train(SquadDataset.TrainFile)) : [];
        IReadOnlyList<SquadQuestion> evaluated = First(SquadDataset.Load(options.Data.Eval(SquadDataset.EvalFile)), options.MaxEvalSamples);
        var model = new BertForQuestionAnswering(backend, config);
        LoadWeights(model, options.Model, note);
        Teacher? teacher = null;
        teacherModel = null;
        if (options.Teacher is string folder)
        {
            var other = new BertForQuestionAnswering(backend, TeacherConfig(folder, config, null));
            teacherModel = other;
            LoadTeacher(other, folder);
            teacher = new Teacher(backend, other, other.Forward, options.DistillAlpha, options.DistillTemperature);
        }

        return (model, new SquadObjective(backend, model, features, questions, evaluated, new SquadAnswers(options.NBest, options.MaxAnswerLength), options.MaxTrainSamples, teacher));
    }

    private void LoadWeights(BertHead model, string? folder, Action<string> note)
    {
        if (folder is null)
        {
            foreach (Autograd.Parameter parameter in model.Parameters()) Initialization.Apply(parameter, model.Config.InitializerRange, options.Seed);
            return;
        }

        LoadReport report = ModelFolder.Load(model, folder, options.Seed);
        if (report.Missing.Count > 0) note($"{folder} lacks {string.Join(", ", report.Missing)}: initialised afresh.");
        if (report.Unused.Count > 0) note($"{folder} has tensors that are not used: {string.Join(", ", report.Unused)}.");
    }

    private BertConfig TeacherConfig(string folder, BertConfig student, TextTask? task)
    {
        BertConfig config = BertConfig.Load(folder);
        BertTokenizer tokenizer = BertTokenizer.Load(folder);
        bool same = tokenizer.VocabSize == Tokenizer.VocabSize;
        for (int id = 0; same && id < tokenizer.VocabSize; id++) same = tokenizer.TokenOf(id) == Tokenizer.TokenOf(id);
        if (!same) throw new InputException($"{folder}: expected a teacher with the student's vocabulary, found another one.");
        if (task is { IsRegression: false } && config.Id2Label is not null && !config.Id2Label.SequenceEqual(student.Id2Label!, StringComparer.OrdinalIgnoreCase))
            throw new InputException($"{folder}: expected a teacher with the labels {string.Join(", ", student.Id2Label!)}, found {string.Join(", ", config.Id2Label)}.");
        return config;
    }

    private void LoadTeacher(BertHead model, string folder)
    {
        LoadReport report = ModelFolder.Load(model, folder, options.Seed);
        if (report.Missing.Count > 0) throw new InputException($"{folder}: expected a fine-tuned teacher, found no {string.Join(", ", report.Missing)}.");
    }

    private static IReadOnlyList<T> First<T>(IReadOnlyList<T> items, int? count) => count is int limit && limit < items.Count ? [.. items.Take(limit)] : items;
}
