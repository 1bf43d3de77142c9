// Pre-training, bound to a model.
using Sprout.Bert.Files;
using Sprout.Bert.Models;
using Sprout.Bert.Objectives;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Tasks;

/// <summary>
/// Masked language modelling over text files with one sequence a line; without an evaluation file the last hundredth of the training lines is held out.
/// </summary>
public sealed class MaskedLMTask : TrainingTask
{
    /// <inheritdoc/>
    /// <remarks>[CLS], a token to predict, [SEP].</remarks>
    public override int LeastLength => 3;

    /// <inheritdoc/>
    public override BoundTask Bind(TaskContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        TaskOptions options = context.Options;
        if (context.Source.Tokenizer.MaskId < 0) throw new InputException($"{context.Source.Name}: expected a token [MASK] in the vocabulary, found none.");
        if (context.Train && options.TrainFile.Count == 0) throw OptionException.Expected(nameof(options.TrainFile), "a text file, or several", null);
        List<TokenSequence> train = [.. options.TrainFile.SelectMany(path => Read(path, context)).Take(options.MaxTrainSamples ?? int.MaxValue)];
        List<TokenSequence> eval = options.EvalFile is string file
            ? [.. Read(file, context).Take(options.MaxEvalSamples ?? int.MaxValue)]
            : train[^Math.Min(train.Count, Math.Max(1, train.Count / 100))..];
        if (options.EvalFile is null) train.RemoveRange(train.Count - eval.Count, eval.Count);
        if (context.Train && train.Count == 0)
            throw new InputException($"{string.Join(", ", options.TrainFile)}: expected at least two lines of text, found fewer.");
        MaskedLanguageModel model = context.Config.CreateMaskedLM(context.Backend);
        try
        {
            context.Load(model);
            var objective = new MaskedLMObjective(
                context.Backend, model, context.Source.Tokenizer, train, [.. First(eval, options.MaxEvalSamples)],
                options.MaskProbability, options.WholeWord, context.Seed);
            return new BoundTask(model, context.Config, objective);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static IEnumerable<TokenSequence> Read(string path, TaskContext context) =>
        Utf8Lines.Read(path).Select(line => Delimited.TrimReturn(line.Text)).Where(line => !string.IsNullOrWhiteSpace(line))
            .Select(line => context.Source.Tokenizer.Encode(line, null, context.MaxLength));
}
