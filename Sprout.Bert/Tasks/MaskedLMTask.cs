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
        List<Line> train = [.. options.TrainFile.SelectMany(path => Read(path, context)).Take(options.MaxTrainSamples ?? int.MaxValue)];
        List<Line> eval = context.Train && !options.Evaluate ? [] : options.EvalFile is string file
            ? [.. Read(file, context).Take(options.MaxEvalSamples ?? int.MaxValue)]
            : train[^Math.Min(train.Count, Math.Max(1, train.Count / 100))..];
        if (options.EvalFile is null) train.RemoveRange(train.Count - eval.Count, eval.Count);
        if (context.Train && train.Count == 0)
            throw new InputException($"{string.Join(", ", options.TrainFile)}: expected at least two lines of text, found fewer.");
        Line[] evaluated = [.. First(eval, options.MaxEvalSamples)];
        MaskedLanguageModel model = context.Config.CreateMaskedLM(context.Backend);
        try
        {
            context.Load(model);
            var objective = new MaskedLMObjective(
                context.Backend, model, context.Source.Tokenizer, [.. train.Select(line => line.Tokens)], [.. evaluated.Select(line => line.Tokens)],
                options.MaskProbability, options.WholeWord, context.Seed)
            {
                Longest = context.MaxLength, Cut = (train.Count(line => line.IsCut), evaluated.Count(line => line.IsCut)),
            };
            return new BoundTask(model, context.Config, objective);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static IEnumerable<Line> Read(string path, TaskContext context) =>
        Utf8Lines.Read(path).Select(line => Delimited.TrimReturn(line.Text)).Where(line => !string.IsNullOrWhiteSpace(line))
            .Select(line => Encode(line, context));

    // Only a sequence of the full length can have lost something; one token more tells.
    private static Line Encode(string text, TaskContext context)
    {
        ITokenizer tokenizer = context.Source.Tokenizer;
        TokenSequence tokens = tokenizer.Encode(text, null, context.MaxLength);
        return new Line(tokens, tokens.Ids.Length == context.MaxLength && tokenizer.Encode(text, null, context.MaxLength + 1).Ids.Length > context.MaxLength);
    }

    private readonly record struct Line(TokenSequence Tokens, bool IsCut);
}
