// Options that say which model, task and data.
using System.CommandLine;
using Sprout.Bert.Data;
using Sprout.Bert.Training;

namespace Sprout.Cli.Settings;

/// <summary>Model, task and data: shared by train, eval and predict.</summary>
public sealed class TaskSettings : SettingList
{
    private readonly Option<string?> model, config, vocab, task, data, trainFile, evalFile, textColumn, pairColumn, labelColumn;
    private readonly Option<int?> maxLength, maxTrain, maxEval;
    private readonly Option<int> docStride, maxQuery, maxAnswer, nBest;

    /// <summary>Adds the options to a command.</summary>
    public TaskSettings(Command command, bool train) : base(command)
    {
        model = AddOptional<string>("--model", "Folder with config.json, model.safetensors and vocab.txt or tokenizer.json", "--model_name_or_path");
        config = train ? AddOptional<string>("--config", "config.json of a fresh model, instead of --model", "--config_name") : new("--config");
        vocab = train ? AddOptional<string>("--vocab", "vocab.txt of a fresh model", "--tokenizer_name") : new("--vocab");
        task = AddOptional<string>("--task", string.Join(' ', TaskSession.TaskNames), "--task_name");
        data = AddOptional<string>("--data", "Folder with the official file names (train.tsv, dev.tsv, train-v1.1.json, …)", "--data_dir");
        trainFile = train ? AddOptional<string>("--train-file", "Training file, instead of the folder's", "--train_file") : new("--train-file");
        evalFile = AddOptional<string>("--eval-file", "Evaluation file, instead of the folder's", "--validation_file");
        textColumn = AddOptional<string>("--text-column", "Task text: column of the text (name or 0-based index)");
        pairColumn = AddOptional<string>("--pair-column", "Task text: column of the second text");
        labelColumn = AddOptional<string>("--label-column", "Task text: column of the label");
        maxLength = AddOptional<int?>("--max-length", "Longest sequence in tokens (128, SQuAD 384)", "--max_seq_length");
        maxTrain = train ? AddOptional<int?>("--max-train-samples", "Only the first N training examples", "--max_train_samples") : new("--max-train-samples");
        maxEval = AddOptional<int?>("--max-eval-samples", "Only the first N evaluation examples", "--max_eval_samples");
        docStride = Add("--doc-stride", "SQuAD: tokens between the starts of two windows", 128, "--doc_stride");
        maxQuery = Add("--max-query-length", "SQuAD: tokens kept of a question", 64, "--max_query_length");
        maxAnswer = Add("--max-answer-length", "SQuAD: longest answer in tokens", 30, "--max_answer_length");
        nBest = Add("--n-best", "SQuAD: best starts and ends that are combined", 20, "--n_best_size");
    }

    /// <summary>The parsed values.</summary>
    /// <exception cref="Tensors.OptionException">A required option is missing or a number is out of range.</exception>
    public TaskOptions Read(ParseResult result) => new()
    {
        Model = result.GetValue(model),
        Config = Given(result, config),
        Vocabulary = Given(result, vocab),
        Task = result.GetValue(task) ?? throw new Tensors.OptionException($"--task is required: one of {string.Join(", ", TaskSession.TaskNames)}."),
        Data = new DataFiles(result.GetValue(data), Given(result, trainFile), result.GetValue(evalFile)),
        Columns = new CustomTextOptions(result.GetValue(textColumn), result.GetValue(pairColumn), result.GetValue(labelColumn)),
        MaxLength = result.GetValue(maxLength),
        MaxTrainSamples = Positive(maxTrain, result),
        MaxEvalSamples = Positive(maxEval, result),
        DocStride = AtLeastOne(docStride, result),
        MaxQueryLength = AtLeastOne(maxQuery, result),
        MaxAnswerLength = AtLeastOne(maxAnswer, result),
        NBest = AtLeastOne(nBest, result),
    };

    // Options that a command does not take have no result.
    private static string? Given(ParseResult result, Option<string?> option) => result.GetResult(option) is null ? null : result.GetValue(option);

    private static int? Positive(Option<int?> option, ParseResult result)
    {
        if (result.GetResult(option) is null || result.GetValue(option) is not int value) return null;
        return value > 0 ? value : throw new Tensors.OptionException($"{option.Name}: expected 1 or more, found {value}.");
    }

    private static int AtLeastOne(Option<int> option, ParseResult result)
    {
        int value = result.GetValue(option);
        return value > 0 ? value : throw new Tensors.OptionException($"{option.Name}: expected 1 or more, found {value}.");
    }
}
