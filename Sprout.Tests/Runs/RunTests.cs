// Runs as library calls: from memory, with what a program brings along, and again from what a run has left.
using Sprout.Autograd;
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Bert.Objectives;
using Sprout.Bert.Prediction;
using Sprout.Bert.Tasks;
using Sprout.Bert.Training;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Pruning.Runs;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tests.Training;

namespace Sprout.Tests.Runs;

public sealed class RunTests : IDisposable
{
    private static readonly string[] Labels = ["even", "odd"];

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    private Recipe Recipe => new()
    {
        Task = new TaskOptions { Model = tiny.Model, MaxLength = 16 },
        Training = new TrainingOptions { MaxSteps = 6, BatchSize = 4, LearningRate = 1e-3 },
        Pruning = new PruningOptions { Method = "movement", Density = 0.3 },
        Device = new DeviceOptions { Threads = 1 },
    };

    private static TextExample[] Examples(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TextExample($"{TinyRun.Words[i % 55]} {TinyRun.Words[i * 7 % 55]}", Label: i % 2))];

    [Fact]
    public void A_list_in_memory_is_trained_on_saved_and_predicts()
    {
        string output = tiny.PathOf("output");
        RunResult result = Run.Execute(Recipe, output, new RunSetup { Task = new ListTask(Labels, Examples(40), Examples(20)) });
        result.Density.Should().BeApproximately(0.3, 0.005);
        result.Metrics["eval_samples"].Should().Be(20);
        using TextClassifier classifier = TextClassifier.Load(output, new PredictorOptions { Threads = 1 });
        classifier.Labels.Should().Equal(Labels);
        int right = Examples(20).Count(example => classifier.Predict(example.Text).ClassId == example.Label);
        (right / 20.0).Should().Be(result.Metrics["eval_accuracy"]);
    }

    [Fact]
    public void Without_a_folder_nothing_is_written()
    {
        string[] before = [.. Directory.EnumerateFileSystemEntries(tiny.Folder)];
        Run.Execute(Recipe, setup: new RunSetup { Task = new ListTask(Labels, Examples(8), Examples(4)) }).Output.Should().BeNull();
        Directory.EnumerateFileSystemEntries(tiny.Folder).Should().BeEquivalentTo(before);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(-1)]
    public void A_class_that_there_is_not_is_an_exception(int label)
    {
        TextExample[] examples = Examples(8);
        examples[5] = examples[5] with { Label = label };
        Action run = () => Run.Execute(Recipe, setup: new RunSetup { Task = new ListTask(Labels, examples, Examples(4)) });
        run.Should().Throw<ArgumentException>().WithMessage($"Task list, training example 5: expected a class id from 0 to 1, found {label}.");
    }

    [Fact]
    public void A_score_that_is_no_number_is_an_exception()
    {
        TextExample[] scored = [.. Examples(8).Select((example, i) => example with { Label = -1, Score = i == 3 ? float.NaN : i })];
        Recipe recipe = Recipe with
        {
            Task = Recipe.Task with { Model = null, Config = Path.Combine(tiny.Model, "config.json"), Vocab = Path.Combine(tiny.Model, "vocab.txt") },
        };
        Action run = () => Run.Execute(recipe, setup: new RunSetup { Task = new ListTask([], scored, scored) });
        run.Should().Throw<ArgumentException>().WithMessage("*training example 3: expected a score*");
    }

    [Fact]
    public void A_run_that_cannot_be_meant_touches_no_folder()
    {
        string output = tiny.PathOf("output");
        Recipe good = Recipe with { Task = Recipe.Task with { Task = "sst2", TrainFile = [tiny.TrainFile], EvalFile = tiny.EvalFile } };
        Recipe[] bads =
        [
            good with { Pruning = good.Pruning with { Density = null } }, good with { Training = good.Training with { WarmupSteps = 7 } },
            good with { Task = good.Task with { Task = "sst3" } }, good with { Task = good.Task with { MaxLength = 99 } },
            good with { Device = new DeviceOptions { Device = "abacus" } },
        ];
        foreach (Recipe bad in bads)
        {
            ((Action)(() => Run.Execute(bad, output))).Should().Throw<OptionException>();
            Directory.Exists(output).Should().BeFalse();
        }
    }

    [Fact]
    public void What_a_run_leaves_runs_again_to_the_same_bits()
    {
        string first = tiny.Train("first", "--method=movement --density=0.3 --warmup-steps=2"), again = tiny.PathOf("again");
        CommandResult result = TinyRun.Run("train", "--options", Path.Combine(first, "training_options.json"), "--output", again);
        result.Code.Should().Be(0, result.Log);
        Same(first, again);
        string other = tiny.PathOf("other");
        TinyRun.Run("train", "--options", Path.Combine(first, "training_options.json"), "--output", other, "--seed", "7").Code.Should().Be(0);
        File.ReadAllBytes(Path.Combine(other, "model.safetensors")).Should().NotEqual(File.ReadAllBytes(Path.Combine(first, "model.safetensors")));
        TinyRun.ReadJson(other, "training_options.json")["warmup-steps"]!.GetValue<int>().Should().Be(2);
        Run.Execute(Sprout.Pruning.Runs.Recipe.Load(Path.Combine(first, "training_options.json")), tiny.PathOf("library"));
        Same(first, tiny.PathOf("library"));
    }

    [Fact]
    public void Resuming_needs_nothing_but_the_folder()
    {
        string whole = tiny.Train("whole", "--save-every=2 --save-total-limit=9"), half = tiny.PathOf("half");
        Directory.CreateDirectory(half);
        foreach (string file in Directory.EnumerateFiles(Path.Combine(whole, "checkpoint-4")))
        {
            Directory.CreateDirectory(Path.Combine(half, "checkpoint-4"));
            File.Copy(file, Path.Combine(half, "checkpoint-4", Path.GetFileName(file)));
        }

        File.Copy(Path.Combine(whole, "training_options.json"), Path.Combine(half, "training_options.json"));
        CommandResult result = TinyRun.Run("train", "--resume", "--output", half);
        result.Code.Should().Be(0, result.Log);
        result.Log.Should().Contain("Continuing the newest checkpoint");
        Same(whole, half);
    }

    [Fact]
    public void An_option_that_there_is_not_is_refused_with_its_file()
    {
        string file = tiny.Write("options.json", """{ "density": 0.3, "densty": 0.1 }""");
        CommandResult result = TinyRun.Run("train", "--options", file, "--output", tiny.PathOf("output"));
        result.Code.Should().Be(3);
        result.Log.Should().ContainAll(file, "densty");
        tiny.Write("options.json", """{ "density": "much" }""");
        CommandResult other = TinyRun.Run("train", "--options", file, "--output", tiny.PathOf("output"));
        other.Code.Should().Be(3);
        other.Log.Should().ContainAll(file, "density", "much");
    }

    [Fact]
    public void Recipes_survive_their_JSON()
    {
        Recipe recipe = Recipe with
        {
            Task = Recipe.Task with { TrainFile = ["a", "b"], Dropout = 0.25, WholeWord = false },
            Pruning = new PruningOptions
            {
                Method = "l0", Lambda = 3, Scope = PruningScope.Global, ScoreInit = ScoreInit.Kaiming, Block = new BlockShape(16, 1), L0Noise = false,
            },
            Training = new TrainingOptions { Seed = ulong.MaxValue, Epochs = 0.1 + 0.2, TrainEmbeddings = false },
        };
        string file = tiny.Write("recipe.json", recipe.ToJson().ToJsonString());
        Sprout.Pruning.Runs.Recipe.Load(file).ToJson().ToJsonString().Should().Be(recipe.ToJson().ToJsonString());
        recipe.ToJson()["block"]!.GetValue<string>().Should().Be("16x1");
        recipe.ToJson()["l0-noise"]!.GetValue<bool>().Should().BeFalse();
        recipe.ToJson()["scope"]!.GetValue<string>().Should().Be("global");
    }

    [Theory]
    [InlineData("--loss=squared-error", "--loss: expected a loss of classes, found \"squared-error\".")]
    [InlineData("--loss=none", "--loss: expected one of *found \"none\".")]
    [InlineData("--method=movment --density=0.5", "*movment*")]
    [InlineData("--task=sst3", "--task: expected one of *sst3*")]
    public void Names_that_cannot_be_meant_are_refused_before_anything_is_read(string options, string message)
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("refused", options + " --model=$F/absent"));
        // A loss that exists is known not to fit only when the data has said what it holds.
        if (options.Contains("squared", StringComparison.Ordinal)) result = TinyRun.Run(tiny.Arguments("refused", options));
        result.Code.Should().Be(2, result.Log);
        result.Log.Should().Match($"*{message}*");
        Directory.Exists(tiny.PathOf("refused")).Should().BeFalse();
    }

    [Fact]
    public void A_loss_of_classes_is_refused_for_numbers()
    {
        TextExample[] scored = [.. Examples(8).Select((example, i) => example with { Label = -1, Score = i })];
        Recipe recipe = Recipe with
        {
            Task = Recipe.Task with
            {
                Model = null, Config = Path.Combine(tiny.Model, "config.json"), Vocab = Path.Combine(tiny.Model, "vocab.txt"), Loss = "cross-entropy",
            },
        };
        Action run = () => Run.Execute(recipe, setup: new RunSetup { Task = new ListTask([], scored, scored) });
        run.Should().Throw<OptionException>().WithMessage("*a loss of numbers, found \"cross-entropy\"*");
    }

    [Fact]
    public void Pruning_that_nobody_does_is_refused()
    {
        PruningOptions[] bads = [new() { Density = 0.5 }, new() { Lambda = 1 }, new() { InitScores = "scores" }, new() { Method = null! }];
        foreach (PruningOptions bad in bads)
        {
            Action run = () => Run.Execute(Recipe with { Pruning = bad }, setup: new RunSetup { Task = new ListTask(Labels, Examples(8), Examples(4)) });
            run.Should().Throw<OptionException>();
        }
    }

    [Theory]
    [InlineData("lr-schedule", "linear,cosine")]
    [InlineData("lr-schedule", "Linear")]
    [InlineData("scope", "local, global")]
    public void A_word_that_there_is_not_is_refused(string key, string word)
    {
        string file = tiny.Write("words.json", $$"""{"{{key}}": "{{word}}"}""");
        ((Action)(() => Sprout.Pruning.Runs.Recipe.Load(file))).Should().Throw<InputException>().WithMessage($"*{key}*found \"{word}\"*");
    }

    [Fact]
    public void Epochs_that_are_given_win_over_the_steps_of_a_file()
    {
        string first = tiny.Train("first", "--max-steps=2 --warmup-steps=1"), again = tiny.PathOf("again");
        CommandResult result = TinyRun.Run(
            "train", "--options", Path.Combine(first, "training_options.json"), "--output", again, "--epochs", "1", "--warmup-ratio", "0.5");
        result.Code.Should().Be(0, result.Log);
        // 30 examples in batches of 4.
        TinyRun.ReadJson(again, "trainer_state.json")["global_step"]!.GetValue<int>().Should().Be(8);
        TinyRun.ReadJson(again, "training_options.json")["warmup-steps"]!.GetValue<int>().Should().Be(0);
    }

    [Theory]
    [InlineData("method")]
    [InlineData("device")]
    public void A_null_where_a_value_must_be_is_refused(string key)
    {
        string file = tiny.Write("nulls.json", $$"""{"{{key}}": null}""");
        ((Action)(() => Sprout.Pruning.Runs.Recipe.Load(file))).Should().Throw<InputException>().WithMessage($"*{key}*found null*");
    }

    [Fact]
    public void What_followed_from_an_option_follows_from_the_one_that_replaces_it()
    {
        string pruned = tiny.Train("pruned", "--method=movement --density=0.3"), dense = tiny.Train("dense"), again = tiny.PathOf("densely");
        CommandResult result = TinyRun.Run("train", "--options", Path.Combine(pruned, "training_options.json"), "--method", "none", "--output", again);
        // A density without a method is no run.
        result.Code.Should().Be(2);
        string options = File.ReadAllText(Path.Combine(pruned, "training_options.json")), file = tiny.Write("options.json", options.Replace("0.3", "null"));
        TinyRun.Run("train", "--options", file, "--method", "none", "--output", again).Code.Should().Be(0);
        Same(dense, again);
    }

    [Fact]
    public void A_run_that_is_cancelled_before_it_starts_touches_nothing()
    {
        string folder = tiny.Train("kept");
        string[] before = [.. Directory.EnumerateFiles(folder).Order()];
        Recipe recipe = Sprout.Pruning.Runs.Recipe.Load(Path.Combine(folder, "training_options.json"));
        Action run = () => Run.Execute(recipe, folder, new RunSetup { Overwrite = true }, new CancellationToken(canceled: true));
        run.Should().Throw<OperationCanceledException>();
        Directory.EnumerateFiles(folder).Order().Should().Equal(before);
    }

    [Fact]
    public void The_profile_does_not_come_between_a_program_and_its_JSON()
    {
        CommandResult result = TinyRun.Run(tiny.Arguments("profiled", "--json --profile"));
        result.Code.Should().Be(0, result.Log);
        result.Json["eval_accuracy"].Should().NotBeNull();
        result.Log.Should().Contain("GFLOP/s");
    }

    [Fact]
    public void Loss_method_and_task_of_a_program_reach_the_command()
    {
        TextLosses.Register("halved", () => new Halved());
        PruningMethods.Register("last-rows", options => new LastRows(options));
        TaskRegistry.Register(new Backwards(tiny.TrainFile));
        CommandResult result = TinyRun.Run(
            "train", "--model", tiny.Model, "--task", "backwards", "--loss", "halved", "--method", "last-rows", "--density", "0.5", "--schedule-warmup", "0",
            "--initial-warmup", "0", "--max-steps", "3", "--threads", "1", "--max-length", "16", "--output", tiny.PathOf("output"), "--json");
        result.Code.Should().Be(0, result.Log);
        result.Json["density"]!.GetValue<double>().Should().BeApproximately(0.5, 1e-3);
        result.Json["eval_samples"]!.GetValue<double>().Should().Be(TinyRun.Examples);
        TinyRun.ReadJson(tiny.PathOf("output"), "config.json")["id2label"]!["1"]!.GetValue<string>().Should().Be("b");
        // Half the cross-entropy of two classes that nothing distinguishes yet.
        result.Json["eval_loss"]!.GetValue<double>().Should().BeInRange(0.1, 1.5);
        TinyRun.Run("train", "--model", tiny.Model, "--task", "backwards", "--loss", "doubled", "--output", tiny.PathOf("other")).Log
            .Should().ContainAll("--loss", "halved", "doubled");
    }

    private static void Same(string first, string second) =>
        File.ReadAllBytes(Path.Combine(second, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(first, "model.safetensors")));

    private sealed class Halved : ITextLoss
    {
        private readonly CrossEntropyLoss whole = new();

        public bool IsForNumbers => false;

        public void Add(Tape tape, Variable logits, IReadOnlyList<TextExample> examples, float scale, Variable loss) =>
            whole.Add(tape, logits, examples, scale / 2, loss);

        public double Of(ReadOnlySpan<float> logits, TextExample example) => whole.Of(logits, example) / 2;
    }

    private sealed class LastRows(PruningOptions options) : TopVMethod(options)
    {
        public override string Name => "last-rows";

        public override bool LearnsScores => false;

        public override void InitializeScores(PrunedGroup group, ulong seed) =>
            group.Scores.Value.CopyFrom([.. Enumerable.Range(0, (int)group.Scores.Shape.Count).Select(i => (float)i)]);
    }

    private sealed class Backwards(string file) : TextTask("backwards", ["a", "b"], [MetricNames.Accuracy])
    {
        public override IReadOnlyList<TextExample> LoadTrain(DataFiles files, Action<string>? note = null) =>
            [.. File.ReadLines(file).Skip(1).Select(line => line.Split('\t')).Select(cells => new TextExample(cells[0], Label: 1 - (cells[1][0] - '0')))];

        public override IReadOnlyList<EvalSet> LoadEval(DataFiles files, bool needLabels = true, Action<string>? note = null) =>
            [new EvalSet("", file, LoadTrain(files), HasLabels: true)];

        public override TextTask WithLabels(IReadOnlyDictionary<string, int> label2Id) => this;
    }
}
