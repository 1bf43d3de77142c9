// What the help of a command says beside its options.
namespace Sprout.Cli.Options;

/// <summary>What a command needs, and how it is called.</summary>
/// <param name="Required">Options that must be given, and when: "required, or --config and --vocab".</param>
/// <param name="Examples">Command lines that work, once there are files of these names.</param>
internal sealed record CommandHelp((string Option, string When)[] Required, string[] Examples)
{
    private const string OrFresh = "required, or --config and --vocab";

    /// <summary>The help of all commands by name; that of <c>sprout</c> itself by the empty one.</summary>
    public static readonly IReadOnlyDictionary<string, CommandHelp> All = new Dictionary<string, CommandHelp>
    {
        [""] = new([], ["sprout demo", "sprout train --help"]),
        ["demo"] = new([], ["sprout demo --seeds 1", "sprout demo --write-data start"]),
        ["train"] = new(
            [("--model", OrFresh), ("--task", "required"), ("--data", "required, or --train-file and --eval-file"), ("--output", "required")],
            [
                "sprout train --model bert-base-uncased --task sst2 --data glue/SST-2 --output dense",
                "sprout train --model bert-base-uncased --task text --train-file reviews.csv --eval-split 0.1 --output pruned "
                + "--method movement --density 0.15 --warmup-ratio 0.1",
                "sprout train --output pruned --resume",
            ]),
        ["eval"] = new(
            [("--model", "required"), ("--task", "required, unless the model's run tells"), ("--data", "required, or --eval-file")],
            ["sprout eval --model pruned --task sst2 --data glue/SST-2", "sprout eval --model pruned --eval-file new.csv --predictions predictions.jsonl"]),
        ["predict"] = new([], ["echo \"a fine film\" | sprout predict --model pruned", "sprout predict --model pruned --input reviews.csv --text-column text"]),
        ["tokenize"] = new([("--model", "required, or --vocab")], ["echo \"a fine film\" | sprout tokenize --model bert-base-uncased"]),
        ["inspect"] = new([], ["sprout inspect pruned", "sprout inspect pruned --json"]),
        ["export"] = new(
            [],
            [
                "sprout export --model pruned --format sparse --weights int8 --embeddings int8 --output pruned.sprout",
                "sprout export --model pruned.sprout --format hf --output exported", "sprout export --model pruned --format onnx --output onnx",
                "sprout export --model pruned --pattern 2:4 --weights fp16 --output gpu --eval-file new.csv --max-loss 0.5",
            ]),
        ["bench"] = new(
            [("--model", "required, or --config; not for gemm"), ("--shape", "required for gemm")],
            ["sprout bench --model pruned --format sparse --batch 1,8 --length 128", "sprout bench --mode gemm --shape 1024x768x768 --threads 2"]),
        ["pretrain"] = new(
            [("--model", OrFresh), ("--train-file", "required"), ("--output", "required")],
            ["sprout pretrain --config config.json --vocab vocab.txt --train-file corpus.txt --output mine --max-steps 10000"]),
        ["devices"] = new([], ["sprout devices"]),
    };
}
