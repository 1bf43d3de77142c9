// sprout pretrain
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Bert.Training;
using Sprout.Cli.Settings;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>Masked-LM pre-training of a BERT from text files: one sequence a line.</summary>
public static class PretrainCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Masked-LM pre-training of a BERT from text files, one sequence a line.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("pretrain", Summary);
        var model = new Option<string?>("--model", "--model_name_or_path") { Description = "Model folder to continue from", HelpName = "folder" };
        var config = new Option<string?>("--config", "--config_name") { Description = "config.json of a fresh model, instead of --model", HelpName = "file" };
        var vocab = new Option<string?>("--vocab", "--tokenizer_name") { Description = "vocab.txt of a fresh model", HelpName = "file" };
        var train = new Option<string[]>("--train-file", "--train_file") { Description = "Text files, one sequence a line", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "files" };
        var eval = new Option<string?>("--eval-file", "--validation_file") { Description = "Text file for evaluation; otherwise the last hundredth of the training lines", HelpName = "file" };
        var maxLength = new Option<int>("--max-length", "--max_seq_length") { Description = "Longest sequence in tokens", DefaultValueFactory = _ => 128, HelpName = "n" };
        var share = new Option<double>("--mask-probability", "--mlm_probability") { Description = "Share of the words that are predicted", DefaultValueFactory = _ => 0.15, HelpName = "number" };
        var whole = new Option<bool>("--whole-word") { Description = "Choose all pieces of a word together", DefaultValueFactory = _ => true, HelpName = "true|false" };
        foreach (Option option in (Option[])[model, config, vocab, train, eval, maxLength, share, whole]) command.Options.Add(option);
        var run = new RunSettings(command);
        var training = new TrainSettings(command);
        var device = new DeviceSettings(command);
        command.SetAction(result =>
        {
            double probability = result.GetValue(share);
            if (probability is not (> 0 and <= 1)) throw new OptionException(FormattableString.Invariant($"--mask-probability: expected above 0 and at most 1, found {probability}."));
            TrainingOptions options = training.Read(result, trainEmbeddings: true);
            (BertConfig bert, BertTokenizer tokenizer) = Open(result.GetValue(model), result.GetValue(config), result.GetValue(vocab));
            if (run.Dropout(result) is double dropout) bert = bert with { HiddenDropoutProb = dropout, AttentionProbsDropoutProb = dropout };
            int length = result.GetValue(maxLength);
            if (length < 3 || length > bert.MaxPositionEmbeddings) throw new OptionException($"--max-length: expected 3 to the model's {bert.MaxPositionEmbeddings} positions, found {length}.");
            List<Encoding> sequences = [.. result.GetValue(train)!.SelectMany(path => Read(path, tokenizer, length))];
            List<Encoding> held = result.GetValue(eval) is string file ? Read(file, tokenizer, length) : sequences[^Math.Max(1, sequences.Count / 100)..];
            if (result.GetValue(eval) is null) sequences.RemoveRange(sequences.Count - held.Count, held.Count);
            if (sequences.Count == 0) throw new InputException($"{string.Join(", ", result.GetValue(train)!)}: expected at least two lines of text, found fewer.");
            using IBackend backend = device.Open(result);
            using var network = new BertForMaskedLM(backend, bert);
            if (result.GetValue(model) is string folder)
            {
                LoadReport report = ModelFolder.Load(network, folder, options.Seed);
                if (report.Missing.Count > 0) terminal.Log($"{folder} lacks {string.Join(", ", report.Missing)}: initialised afresh.");
            }
            else
            {
                foreach (Autograd.Parameter parameter in network.Parameters()) Initialization.Apply(parameter, bert.InitializerRange, options.Seed);
            }

            string output = run.Output(result);
            JsonObject settings = RunSettings.Describe(result, run, training, device);
            foreach (Option option in (Option[])[model, config, vocab, eval, maxLength, share, whole]) settings[option.Name.TrimStart('-')] = result.GetResult(option)?.Tokens is { Count: > 0 } tokens ? tokens[0].Value : null;
            settings["train-file"] = string.Join(' ', result.GetValue(train)!);
            var objective = new MaskedLMObjective(backend, network, tokenizer, sequences, held, probability, result.GetValue(whole), options.Seed);
            using var trainer = new Trainer(backend, objective, options, null, output);
            RunFolder.Open(output, settings, run.Resume(result), run.Overwrite(result));
            if (run.Resume(result)) trainer.Resume();
            TrainingResult outcome = trainer.Train(new ProgressDisplay(terminal), terminal.Cancellation);
            (bert with { Architectures = [network.Architecture] }).Save(output);
            tokenizer.Save(output);
            ModelFolder.Save(network, output);
            RunFolder.SaveResults(output, outcome.Metrics);
            if (run.Json(result)) terminal.Document(EvalCommand.ToJson(outcome.Metrics));
            else EvalCommand.Print(terminal, outcome.Metrics);
            return ExitCode.Done;
        });
        return command;
    }

    private static (BertConfig, BertTokenizer) Open(string? model, string? config, string? vocab) => (model, config, vocab) switch
    {
        (string folder, null, null) => (BertConfig.Load(folder), BertTokenizer.Load(folder)),
        (null, string file, string words) => (BertConfig.FromFile(file), BertTokenizer.FromVocab(words)),
        _ => throw new OptionException("Give --model with a folder, or --config and --vocab for a fresh model."),
    };

    private static List<Encoding> Read(string path, BertTokenizer tokenizer, int length)
    {
        try
        {
            return [.. File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => tokenizer.Encode(line, null, length))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read {path}: {e.Message}", e);
        }
    }
}
