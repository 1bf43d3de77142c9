// sprout tokenize
using System.CommandLine;
using System.Text.Json.Nodes;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>Lines of text in, ids, type ids and tokens out.</summary>
internal static class TokenizeCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "Token ids of the lines on standard input, one JSON line each.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("tokenize", Summary);
        var model = new Option<string?>("--model", "--model_name_or_path")
        {
            Description = "Folder with tokenizer.json or vocab.txt, or sparse model file", HelpName = "path",
        };
        var vocab = new Option<string?>("--vocab") { Description = "A vocab.txt, instead of --model", HelpName = "file" };
        var cased = new Option<bool>("--cased") { Description = "With --vocab: keep case and accents" };
        var pair = new Option<bool>("--pair") { Description = "Each line holds two texts with a TAB between them" };
        var maxLength = new Option<int>("--max-length", "--max_seq_length")
        {
            Description = "Longest sequence in tokens", DefaultValueFactory = _ => 512, HelpName = "n", CustomParser = Values.WholeNumber,
        };
        foreach (Option option in (Option[])[model, vocab, cased, pair, maxLength]) command.Options.Add(option);
        command.SetAction(result =>
        {
            int length = result.GetValue(maxLength);
            if (length < 3) throw new OptionException($"--max-length: expected 3 or more, found {length}.");
            ITokenizer tokenizer = (result.GetValue(model), result.GetValue(vocab)) switch
            {
                (string path, null) when File.Exists(path) => TokenizerOf(path),
                (string folder, null) => BertTokenizer.Load(folder),
                (null, string file) => BertTokenizer.FromVocab(file, lowerCase: !result.GetValue(cased)),
                _ => throw new OptionException("Give either --model or --vocab."),
            };
            foreach (string remark in tokenizer.Remarks) terminal.Log(remark);
            InputLines lines = InputLines.OfConsole();
            foreach ((int number, string line) in lines.Read(terminal.Cancellation))
            {
                string[] texts = result.GetValue(pair) ? line.Split('\t') : [line];
                if (result.GetValue(pair) && texts.Length != 2)
                    throw new InputException($"{lines.Name}: line {number}: expected two texts with a TAB between them, found {texts.Length}.");
                TokenSequence sequence = tokenizer.Encode(texts[0], texts.Length > 1 ? texts[1] : null, length);
                terminal.Output.WriteLine(Terminal.Compact(new JsonObject
                {
                    ["ids"] = new JsonArray([.. sequence.Ids.Select(id => (JsonNode)id)]),
                    ["type_ids"] = new JsonArray([.. sequence.TypeIds.Select(id => (JsonNode)id)]),
                    ["tokens"] = new JsonArray([.. sequence.Ids.Select(id => (JsonNode)tokenizer.TokenOf(id))]),
                }));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static ITokenizer TokenizerOf(string file)
    {
        using ModelSource source = ModelSource.Open(file);
        return source.Tokenizer;
    }
}
