// Classification and regression of texts, bound to a model.
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Objectives;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>Trains a classifier, or a regression, for a <see cref="TextTask"/>.</summary>
/// <param name="taskOf">The task, which may depend on data and model.</param>
public sealed class TextTrainingTask(Func<TaskContext, TextTask> taskOf) : TrainingTask
{
    /// <summary>Trains for a task that depends on nothing.</summary>
    public TextTrainingTask(TextTask task) : this(_ => task) { }

    /// <inheritdoc/>
    public override bool CanHoldOut => true;

    /// <inheritdoc/>
    public override BoundTask Bind(TaskContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        TaskOptions options = context.Options;
        TextTask task = taskOf(context);
        if (!context.Train) context.Config.RequireAnswers(context.Source.Name);
        if (!context.Train && context.Config.IsMultiLabel && !task.IsMultiLabel)
            throw new InputException(
                $"{context.Source.Name}: expected a model of one label a text for task {task.Name}, found one of several ({ModelConfig.MultiLabelType}).");
        if (context.Train && context.Config.IsMultiLabel && !task.IsMultiLabel)
            context.Note($"{context.Source.Name} gives a text any number of labels; here it is trained to give {(task.IsRegression ? "a number" : "one")}.");
        IReadOnlyDictionary<string, int> labels = LabelsOf(context.Config);
        if (!task.IsRegression && labels.Count > 0) task = task.WithLabels(labels);
        TellOfOtherNames(context, task);
        ModelConfig config = WithLabels(context.Config, task);
        (IReadOnlyList<TextExample> train, IReadOnlyList<EvalSet> evalSets) = Examples(task, context);
        if (train.Concat(evalSets.SelectMany(set => set.Examples)).Any(example => example.Pair is not null)) context.Config.RequirePairs(context.Source.Name);
        foreach (EvalSet set in evalSets.Where(set => !set.HasLabels)) context.Note($"{set.File} has no labels: there are predictions, but no metrics.");
        ITextLoss loss = LossOf(task, options, train, context.Note);
        SequenceClassifier model = config.CreateClassifier(context.Backend, Outputs(task));
        SequenceClassifier? teacherModel = null;
        try
        {
            context.Load(model);
            if (options.Teacher is string folder)
                teacherModel = TeacherSource.Load(folder, context, config, teacher => teacher.CreateClassifier(context.Backend, Outputs(task)));
            Teacher? teacher = teacherModel is null ? null : new Teacher(context.Backend, teacherModel, options.DistillAlpha, options.DistillTemperature);
            var objective = new TextObjective(context.Backend, model, task, context.Source.Tokenizer, context.MaxLength, train, evalSets, teacher, loss)
            {
                Columns = task.ColumnsOf(options.Files, context.Train),
            };
            return new BoundTask(model, config, objective, teacherModel);
        }
        catch
        {
            model.Dispose();
            teacherModel?.Dispose();
            throw;
        }
    }

    /// <summary>The class ids of a model by name; none for a regression, to which Hugging Face gives one made-up label.</summary>
    internal static IReadOnlyDictionary<string, int> LabelsOf(ModelConfig config) =>
        config is { Label2Id: not null } && (config.NumLabels > 1 || config.IsMultiLabel) ? config.Label2Id : new Dictionary<string, int>();

    /// <summary>The same, with made-up names for a classifier that names none, as Hugging Face saves one with two classes.</summary>
    internal static IReadOnlyDictionary<string, int> LabelsOrMadeUp(ModelConfig config) =>
        config is { Label2Id: null, NumLabels: > 1 } and not { ProblemType: ModelConfig.RegressionType }
            ? ById(MadeUpLabels.Of(config.NumLabels))
            : LabelsOf(config);

    // A model whose names are others than the task's may count its classes in another order.
    private static void TellOfOtherNames(TaskContext context, TextTask task)
    {
        if (task.IsRegression || context.Config.HasMadeUpLabels || context.Config.Id2Label is not { Count: > 1 } names) return;
        if (names.Count != task.LabelNames.Count || names.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(task.LabelNames)) return;
        string ours = string.Join(", ", task.LabelNames), theirs = string.Join(", ", names);
        context.Note($"{context.Source.Name} calls its classes {theirs}; task {task.Name} takes them for {ours}, in this order.");
    }

    private static (IReadOnlyList<TextExample> Train, IReadOnlyList<EvalSet> Eval) Examples(TextTask task, TaskContext context)
    {
        TaskOptions options = context.Options;
        IReadOnlyList<TextExample> train = context.Train || options.EvalSplit is not null ? task.LoadTrain(options.Files, context.Note) : [];
        IReadOnlyList<EvalSet> eval;
        if (context.Train && !options.Evaluate)
        {
            eval = [];
        }
        else if (options.EvalSplit is double share)
        {
            (train, IReadOnlyList<TextExample> held) = Holdout.Split(train, share, context.Seed);
            eval = [new EvalSet("", "held-out training examples", held, HasLabels: true)];
        }
        else
        {
            eval = task.LoadEval(options.Files, context.NeedLabels, context.Note);
        }

        return (context.Train ? First(train, options.MaxTrainSamples) : [],
            [.. eval.Select(set => set with { Examples = First(set.Examples, options.MaxEvalSamples) })]);
    }

    private static ITextLoss LossOf(TextTask task, TaskOptions options, IReadOnlyList<TextExample> train, Action<string> note)
    {
        ITextLoss loss = TextLosses.Get(options.Loss, task.IsRegression, task.IsMultiLabel);
        if (options.ClassWeights is null && options.LabelSmoothing == 0) return loss;
        OptionName given = new(options.ClassWeights is null ? nameof(options.LabelSmoothing) : nameof(options.ClassWeights));
        if (loss is not CrossEntropyLoss)
            throw OptionException.Of($"{given} needs a classification with one label a text and the loss cross-entropy.");
        IReadOnlyList<double>? weights = options.ClassWeights is null ? null : ClassWeights.Of(options.ClassWeights, task.LabelNames, train);
        if (weights is not null)
        {
            IEnumerable<string> named = weights.Zip(task.LabelNames, (weight, name) => FormattableString.Invariant($"{name} {weight:0.####}"));
            note($"Class weights: {string.Join(", ", named)}.");
        }

        return new WeightedCrossEntropyLoss(weights, options.LabelSmoothing, task.LabelNames.Count);
    }

    private static int Outputs(TextTask task) => task.IsRegression ? 1 : task.LabelNames.Count;

    private static ModelConfig WithLabels(ModelConfig config, TextTask task)
    {
        IReadOnlyList<string> names = task.IsRegression ? MadeUpLabels.Of(1) : task.LabelNames;
        return config with
        {
            Id2Label = names,
            Label2Id = ById(names),
            ProblemType = task.IsRegression ? ModelConfig.RegressionType : task.IsMultiLabel ? ModelConfig.MultiLabelType : "single_label_classification",
        };
    }

    private static Dictionary<string, int> ById(IReadOnlyList<string> names) =>
        names.Select((name, id) => (name, id)).ToDictionary(pair => pair.name, pair => pair.id);
}
