// GLUE layouts, labels and metrics on small files of the official form.
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Tensors;
using static Sprout.Tests.Data.TemporaryFiles;

namespace Sprout.Tests.Data;

public sealed class GlueTasksTests : IDisposable
{
    private const string MnliHeader =
        "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
        + "sentence1\tsentence2\tlabel1\tgold_label\n";

    private readonly TemporaryFiles files = new();

    public void Dispose() => files.Dispose();

    private IReadOnlyList<TextExample> Train(string task, string text)
    {
        files.Write("train.tsv", text);
        return GlueTasks.Get(task).LoadTrain(new DataFiles(files.Folder));
    }

    [Theory]
    [InlineData("sst2", "sentence\tlabel\ngood \t1\nbad\t0\n", "good ", null, 1, 0)]
    [InlineData("mrpc", "\uFEFFQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\tan \" a\tb\r\n0\t1\t2\tc\td\r\n", "an \" a", "b", 1, 0)]
    [InlineData("qqp", "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n3\t1\t2\tq\tr\t0\n4\t1\t2\ts\tt\t1\n", "q", "r", 0, 1)]
    [InlineData(
        "mnli", MnliHeader + "0\t1\t2\tg\tp\tp\tp\tp\ta\tb\tneutral\tcontradiction\n0\t1\t2\tg\tp\tp\tp\tp\ta\tb\tneutral\tentailment\n", "a", "b", 2, 0)]
    [InlineData("qnli", "index\tquestion\tsentence\tlabel\n0\tq\ts\tnot_entailment\n1\tq\ts\tentailment\n", "q", "s", 1, 0)]
    [InlineData("rte", "index\tsentence1\tsentence2\tlabel\n0\tq\ts\tnot_entailment\n1\tq\ts\tentailment\n", "q", "s", 1, 0)]
    [InlineData("cola", "gj04\t1\t\tFine.\nks08\t0\t*\tNot.\n", "Fine.", null, 1, 0)]
    [InlineData("wnli", "index\tsentence1\tsentence2\tlabel\n0\tq\ts\t1\n1\tq\ts\t0\n", "q", "s", 1, 0)]
    public void Official_layouts(string task, string text, string first, string? pair, int label, int secondLabel)
    {
        Train(task, text).Should().Equal(
            new TextExample(first, pair, label),
            GlueTasks.Get(task).LoadTrain(new DataFiles(files.Folder))[1] with { Label = secondLabel });
    }

    [Fact]
    public void Stsb_is_a_regression()
    {
        Train("stsb", "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n0\tg\tf\ty\t1\tn\tn\ta\tb\t3.800\n")
            .Should().Equal(new TextExample("a", "b", Score: 3.8f));
        TextTask task = GlueTasks.Get("stsb");
        task.IsRegression.Should().BeTrue();
        task.Score([1f, 2f, 4f], [1f, 2f, 3f]).Keys.Should().Equal("pearson", "spearmanr", "combined_score");
        task.Invoking(t => t.Score([1], [1])).Should().Throw<InvalidOperationException>();
        ShouldFail(() => Train("stsb", "sentence1\tsentence2\tscore\na\tb\tnan\n"), "line 2", "a number", "\"nan\"");
        ShouldFail(() => Train("stsb", "sentence1\tsentence2\tscore\na\tb\t1e99\n"), "line 2", "a number");
    }

    [Fact]
    public void Names_and_metrics()
    {
        GlueTasks.Names.Should().Equal("sst2", "mrpc", "qqp", "mnli", "qnli", "rte", "cola", "stsb", "wnli");
        GlueTasks.Names.Select(name => GlueTasks.Get(name).PrimaryMetric).Should().Equal(
            "accuracy", "f1", "f1", "accuracy", "accuracy", "accuracy", "matthews_correlation", "pearson", "accuracy");
        GlueTasks.Get("mnli").LabelNames.Should().Equal("entailment", "neutral", "contradiction");
        IReadOnlyDictionary<string, double> scores = GlueTasks.Get("mrpc").Score([1, 1, 0, 0], [1, 0, 0, 0]);
        scores.Should().HaveCount(3);
        scores[MetricNames.F1].Should().BeApproximately(2.0 / 3, 1e-15);
        scores[MetricNames.Accuracy].Should().Be(0.75);
        scores[MetricNames.Combined].Should().BeApproximately((2.0 / 3 + 0.75) / 2, 1e-15);
        FluentActions.Invoking(() => GlueTasks.Get("sst-2")).Should().Throw<OptionException>().WithMessage("*sst2*");
    }

    [Fact]
    public void Mnli_has_two_evaluation_sets_in_a_folder_and_one_in_a_file()
    {
        string row = "0\t1\t2\tg\tp\tp\tp\tp\ta\tb\tneutral\tneutral\n";
        string matched = files.Write("dev_matched.tsv", MnliHeader + row);
        ShouldFail(() => GlueTasks.Get("mnli").LoadEval(new DataFiles(files.Folder)), "dev_mismatched.tsv", files.Folder);
        files.Write("dev_mismatched.tsv", MnliHeader + row + row);
        IReadOnlyList<EvalSet> sets = GlueTasks.Get("mnli").LoadEval(new DataFiles(files.Folder));
        sets.Select(set => (set.Suffix, set.Examples.Count)).Should().Equal(("", 1), ("_mm", 2));
        GlueTasks.Get("mnli").LoadEval(new DataFiles(null, null, matched)).Should().ContainSingle().Which.Suffix.Should().Be("");
    }

    [Fact]
    public void A_model_that_knows_the_names_decides_the_ids()
    {
        var label2Id = new Dictionary<string, int> { ["CONTRADICTION"] = 0, ["NEUTRAL"] = 1, ["ENTAILMENT"] = 2 };
        TextTask task = GlueTasks.Get("mnli").WithLabels(label2Id);
        task.LabelNames.Should().Equal("CONTRADICTION", "NEUTRAL", "ENTAILMENT");
        string row = "0\t1\t2\tg\tp\tp\tp\tp\ta\tb\tneutral\t";
        files.Write("train.tsv", MnliHeader + row + "entailment\n" + row + "contradiction\n");
        task.LoadTrain(new DataFiles(files.Folder)).Select(example => example.Label).Should().Equal(2, 0);

        TextTask rte = GlueTasks.Get("rte");
        rte.WithLabels(label2Id).Should().BeSameAs(rte);
        rte.WithLabels(new Dictionary<string, int> { ["LABEL_0"] = 0, ["LABEL_1"] = 1 }).Should().BeSameAs(rte);
        ShouldFail(
            () => rte.WithLabels(new Dictionary<string, int> { ["entailment"] = 1, ["not_entailment"] = 2 }), "label2id", "0 to 1", "found 2");
        ShouldFail(() => rte.WithLabels(new Dictionary<string, int> { ["entailment"] = 1, ["not_entailment"] = 1 }), "label2id", "each once");
        GlueTasks.Get("stsb").WithLabels(label2Id).IsRegression.Should().BeTrue();
    }

    [Fact]
    public void F1_follows_the_positive_class_to_its_new_id()
    {
        TextTask swapped = GlueTasks.Get("mrpc").WithLabels(new Dictionary<string, int> { ["equivalent"] = 0, ["not_equivalent"] = 1 });
        swapped.Score([0, 0, 1, 1], [0, 1, 1, 1])[MetricNames.F1]
            .Should().Be(GlueTasks.Get("mrpc").Score([1, 1, 0, 0], [1, 0, 0, 0])[MetricNames.F1]);
    }

    [Fact]
    public void Bad_files_are_named()
    {
        ShouldFail(() => Train("sst2", "sentence\tlabel\na\t1\nb\t2\n"), "train.tsv, line 3", "\"2\"", "\"0\", \"1\"");
        ShouldFail(() => Train("rte", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tmaybe\n"), "line 2", "\"maybe\"", "\"entailment\", \"not_entailment\"");
        ShouldFail(() => Train("sst2", "sentence\tlabel\na\t1\nb\n"), "line 3", "2 cells", "found 1");
        ShouldFail(() => Train("sst2", "sentence\tlabel\na\tb\t1\n"), "line 2", "2 cells", "found 3");
        ShouldFail(() => Train("cola", "gj04\t1\tFine.\n"), "line 1", "4 cells", "found 3");
        ShouldFail(() => Train("sst2", "text\tlabel\na\t1\n"), "line 1", "\"sentence\"", "\"text\", \"label\"");
        ShouldFail(() => Train("sst2", "sentence\na\n"), "line 1", "\"label\"");
        ShouldFail(() => Train("sst2", "sentence\tlabel\n"), "train.tsv", "found none");
        ShouldFail(() => Train("sst2", ""), "train.tsv", "found none");
        ShouldFail(() => GlueTasks.Get("sst2").LoadEval(new DataFiles(files.Folder)), files.Folder, "dev.tsv");
        ShouldFail(() => GlueTasks.Get("sst2").LoadTrain(new DataFiles(Path.Combine(files.Folder, "x"))), "expected a folder");
        ShouldFail(() => GlueTasks.Get("sst2").LoadTrain(new DataFiles(null, files.Folder)), "found a folder");
        FluentActions.Invoking(() => GlueTasks.Get("sst2").LoadTrain(new DataFiles(null))).Should().Throw<OptionException>().WithMessage("*TrainFile*");
    }

    [Fact]
    public void Broken_rows_of_qqp_are_left_out_and_reported()
    {
        files.Write("train.tsv", "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n1\t2\t3\ta\n1\t2\t3\ta\tb\t1\n");
        var notes = new List<string>();
        GlueTasks.Get("qqp").LoadTrain(new DataFiles(files.Folder), notes.Add).Should().ContainSingle().Which.Pair.Should().Be("b");
        notes.Should().ContainSingle().Which.Should().Contain("1 rows");
    }

    [Fact]
    public void Files_without_labels_are_for_predictions_only()
    {
        string path = files.Write("test.tsv", "index\tsentence\n0\ta\n");
        ShouldFail(() => GlueTasks.Get("sst2").LoadEval(new DataFiles(null, null, path)), "\"label\"");
        foreach (string task in new[] { "sst2", "cola" })
        {
            EvalSet set = GlueTasks.Get(task).LoadEval(new DataFiles(null, null, path), needLabels: false)[0];
            set.HasLabels.Should().BeFalse();
            set.Examples.Should().Equal(new TextExample("a"));
        }
    }
}
