// What the scripts of Hugging Face call things, and what of theirs Sprout does not have.
using System.CommandLine;

namespace Sprout.Cli.Options;

/// <summary>Options of run_glue, run_squad, run_mlm and masked_run_glue that Sprout needs none of, or has otherwise.</summary>
internal static class HuggingFace
{
    /// <summary>Pruning methods as masked_run_glue calls them.</summary>
    public static readonly IReadOnlyDictionary<string, string> Methods = new Dictionary<string, string>
    {
        ["topK"] = "movement", ["sigmoied_threshold"] = "soft-movement", ["sigmoid_threshold"] = "soft-movement",
    };

    /// <summary>Schedules of the learning rate.</summary>
    public static readonly IReadOnlyDictionary<string, string> Schedules = new Dictionary<string, string> { ["constant_with_warmup"] = "constant" };

    // What they ask for happens anyway, or changes no result.
    private static readonly string[] Harmless =
    [
        "--do_train", "--report_to", "--overwrite_cache", "--logging_first_step", "--logging_dir", "--disable_tqdm", "--cache_dir",
        "--dataloader_num_workers", "--preprocessing_num_workers", "--use_fast_tokenizer", "--pad_to_max_length", "--log_level", "--evaluate_during_training",
    ];

    private static readonly Dictionary<string, string> Missing = new()
    {
        ["--final_threshold"] = "it is --density with magnitude and movement, and --threshold with soft-movement",
        ["--initial_threshold"] = "it is --initial-density with magnitude and movement; soft-movement starts at 0",
        ["--global_topk"] = "it is --scope global",
        ["--regularization"] = "it is --lambda with --method soft-movement or l0",
        ["--evaluation_strategy"] = "it is --eval-every with a number of steps, or nothing for every epoch",
        ["--eval_strategy"] = "it is --eval-every with a number of steps, or nothing for every epoch",
        ["--save_strategy"] = "it is --save-every with a number of steps, or nothing for every epoch",
        ["--logging_strategy"] = "it is --logging-steps",
        ["--resume_from_checkpoint"] = "it is --resume, which takes the newest checkpoint of --output",
        ["--load_best_model_at_end"] = "it is --keep best",
        ["--greater_is_better"] = "--best-metric knows: of losses and errors less is better",
        ["--early_stopping_threshold"] = "--patience counts evaluations that are not better by anything",
        ["--fp16"] = "Sprout computes in 32 bits",
        ["--bf16"] = "Sprout computes in 32 bits",
        ["--fp16_opt_level"] = "Sprout computes in 32 bits",
        ["--do_lower_case"] = "the model's tokenizer files decide",
        ["--do_predict"] = "it is sprout predict, or sprout eval with --predictions",
        ["--model_type"] = "the model's config.json decides",
        ["--teacher_type"] = "the teacher's config.json decides",
        ["--alpha_ce"] = "the weight of the labels' loss is 1 - --distill-alpha",
        ["--optim"] = "Sprout trains with AdamW",
        ["--adam_beta1"] = "AdamW's betas are 0.9 and 0.999",
        ["--adam_beta2"] = "AdamW's betas are 0.9 and 0.999",
        ["--dataset_name"] = "give --data or --train-file",
        ["--push_to_hub"] = "Sprout uses no network",
        ["--no_cuda"] = "it is --device cpu",
        ["--local_rank"] = "Sprout trains on one device",
        ["--max_predict_samples"] = "it is --max-eval-samples of sprout eval",
        ["--test_file"] = "it is --eval-file of sprout eval, or --input of sprout predict",
    };

    /// <summary>Adds what is accepted without effect to a command, hidden from its help.</summary>
    public static void AddHarmless(Command command)
    {
        foreach (string name in Harmless) command.Options.Add(new Option<string?>(name) { Hidden = true, Arity = ArgumentArity.ZeroOrOne });
    }

    /// <summary>A sentence about what was given without effect, or null.</summary>
    public static string? NoteOf(ParseResult result)
    {
        string[] given =
            [.. result.CommandResult.Command.Options.Where(option => Harmless.Contains(option.Name) && result.GetResult(option) is { Implicit: false })
                .Select(option => option.Name)];
        return given.Length == 0 ? null : $"Without effect here: {string.Join(", ", given)}.";
    }

    /// <summary>What to do instead of an option that Sprout does not have, or null.</summary>
    public static string? AdviceFor(string option) => Missing.GetValueOrDefault(option.Replace('-', '_').Replace("__", "--", StringComparison.Ordinal));
}
