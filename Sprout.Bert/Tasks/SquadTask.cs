// Extractive question answering, bound to a model.
using Sprout.Bert.Data;
using Sprout.Bert.Models;
using Sprout.Bert.Objectives;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>Question answering in the layout of SQuAD v1.1.</summary>
public sealed class SquadTask : TrainingTask
{
    /// <inheritdoc/>
    public override int DefaultLength => 384;

    /// <inheritdoc/>
    public override BoundTask Bind(TaskContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        TaskOptions options = context.Options;
        context.Config.RequirePairs(context.Source.Name);
        var features = new SquadFeatures(context.Source.Tokenizer, context.MaxLength, options.DocStride, options.MaxQueryLength);
        var answers = new SquadAnswers(options.NBest, options.MaxAnswerLength);
        IReadOnlyList<SquadQuestion> train = context.Train ? Placed(options.Files.Train(SquadDataset.TrainFile), context.Note) : [];
        IReadOnlyList<SquadQuestion> eval = context.Train && !options.Evaluate ? []
            : First(SquadDataset.Load(options.Files.Eval(SquadDataset.EvalFile), context.NeedLabels), options.MaxEvalSamples);
        int open = eval.Count(question => question.Answers.Length == 0), lost = eval.Count(question => !question.HasPlace) - open;
        if (open > 0) context.Note($"{open} of {eval.Count} questions have no answers: there are predictions for them, but no metrics.");
        if (lost > 0) context.Note($"{lost} of {eval.Count} questions have an answer that is not where its file says: they count in all but eval_loss.");
        SpanExtractor model = context.Config.CreateSpanExtractor(context.Backend);
        SpanExtractor? teacherModel = null;
        try
        {
            context.Load(model);
            // Labels say nothing of answers, so the teacher's may be any.
            if (options.Teacher is string folder)
                teacherModel = TeacherSource.Load(
                    folder, context, context.Config with { Id2Label = null, Label2Id = null }, teacher => teacher.CreateSpanExtractor(context.Backend));
            Teacher? teacher = teacherModel is null ? null : new Teacher(context.Backend, teacherModel, options.DistillAlpha, options.DistillTemperature);
            var objective = new SquadObjective(context.Backend, model, features, train, eval, answers, options.MaxTrainSamples, teacher);
            return new BoundTask(model, context.Config, objective, teacherModel);
        }
        catch
        {
            model.Dispose();
            teacherModel?.Dispose();
            throw;
        }
    }

    private static List<SquadQuestion> Placed(string path, Action<string> note)
    {
        IReadOnlyList<SquadQuestion> all = SquadDataset.Load(path);
        List<SquadQuestion> placed = [.. all.Where(question => question.HasPlace)];
        if (placed.Count == 0) throw new InputException($"{path}: expected answers where answer_start says, found none of {all.Count}.");
        if (placed.Count < all.Count)
            note($"{path}: {all.Count - placed.Count} of {all.Count} questions have an answer that is not where answer_start says, and are left out.");
        return placed;
    }
}
