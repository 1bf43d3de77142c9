// Loads what a run learns from.
using Sprout.Bert.Models;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>Loads a fine-tuned teacher of the student's vocabulary and labels.</summary>
internal static class TeacherSource
{
    /// <summary>The teacher's model with its weights.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="context">The student's.</param>
    /// <param name="student">The student's configuration; its labels must be the teacher's where it has some.</param>
    /// <param name="create">Makes the kind of model from the teacher's configuration.</param>
    /// <exception cref="InputException">There is no such model, it was not fine-tuned, or vocabulary or labels are others.</exception>
    public static T Load<T>(string path, TaskContext context, ModelConfig student, Func<ModelConfig, T> create) where T : TaskModel
    {
        using ModelSource source = ModelSource.Open(path);
        RequireSameVocabulary(source, context.Source.Tokenizer);
        RequireSameLabels(source, student);
        T model = create(source.Config);
        try
        {
            source.LoadWhole(model);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static void RequireSameVocabulary(ModelSource source, ITokenizer own)
    {
        ITokenizer other = source.Tokenizer;
        bool same = other.VocabSize == own.VocabSize;
        for (int id = 0; same && id < other.VocabSize; id++) same = other.TokenOf(id) == own.TokenOf(id);
        if (!same) throw new InputException($"{source.Name}: expected a teacher with the student's vocabulary, found another one.");
    }

    private static void RequireSameLabels(ModelSource source, ModelConfig student)
    {
        if (source.Config.IsMultiLabel != student.IsMultiLabel)
        {
            string expected = student.IsMultiLabel ? "any number of labels" : "one label or number";
            string found = source.Config.IsMultiLabel ? "any number" : "one";
            throw new InputException($"{source.Name}: expected a teacher that gives a text {expected}, as the student does, found one that gives {found}.");
        }

        if (student.ProblemType == ModelConfig.RegressionType || student.HasMadeUpLabels || source.Config.HasMadeUpLabels) return;
        if (student.Id2Label is not { } own || source.Config.Id2Label is not { } other) return;
        if (!other.SequenceEqual(own, StringComparer.OrdinalIgnoreCase))
            throw new InputException($"{source.Name}: expected a teacher with the labels {string.Join(", ", own)}, found {string.Join(", ", other)}.");
    }
}
