// The real data sets, where they are at hand: every row is read, and counts are those of the folder's description.
using Sprout.Bert.Data;

namespace Sprout.Tests.Data;

public class SharedDataTests
{
    private static string Path(params string[] parts) => System.IO.Path.Combine([SharedData.Folder!, "data", .. parts]);

    private static int[] Counts(IReadOnlyList<TextExample> examples, int labels) =>
        [.. Enumerable.Range(0, labels).Select(label => examples.Count(example => example.Label == label))];

    [SharedFact]
    public void Glue_folders()
    {
        (string Task, int[] Train, int[] Eval)[] expected =
        [
            ("sst2", [29_780, 37_569], [428, 444]), ("mrpc", [1_194, 2_473], [129, 279]), ("cola", [2_261, 5_416], [267, 607]),
            ("rte", [1_107, 1_084], [142, 157]),
        ];
        foreach ((string name, int[] train, int[] eval) in expected)
        {
            TextTask task = GlueTasks.Get(name);
            var data = new DataFiles(Path(name));
            Counts(task.LoadTrain(data), 2).Should().Equal(train, name);
            Counts(task.LoadEval(data)[0].Examples, 2).Should().Equal(eval, name);
        }

        Counts(GlueTasks.Get("wnli").LoadTrain(new DataFiles(Path("wnli"))), 2).Should().Equal(323, 312);
    }

    [SharedFact]
    public void Glue_named_files_and_a_regression()
    {
        var qnli = new DataFiles(null, Path("qnli", "train_subset.tsv"), Path("qnli", "dev_subset.tsv"));
        GlueTasks.Get("qnli").LoadTrain(qnli).Should().HaveCount(3_301);
        GlueTasks.Get("qnli").LoadEval(qnli)[0].Examples.Should().HaveCount(380);
        var stsb = new DataFiles(Path("stsb"));
        IReadOnlyList<TextExample> train = GlueTasks.Get("stsb").LoadTrain(stsb);
        train.Should().HaveCount(5_749).And.OnlyContain(example => example.Score >= 0 && example.Score <= 5 && example.Pair != null);
        GlueTasks.Get("stsb").LoadEval(stsb)[0].Examples.Should().HaveCount(1_500);
    }

    [SharedFact]
    public void Custom_files()
    {
        void Check(DataFiles files, CustomTextOptions options, int labels, int train, int eval)
        {
            CustomTextTask task = CustomTextTask.FromTrainFile(files, options);
            task.LabelNames.Should().HaveCount(labels);
            task.LoadTrain(files).Should().HaveCount(train);
            if (eval > 0) task.LoadEval(files)[0].Examples.Should().HaveCount(eval);
        }

        Check(new DataFiles(null, Path("agnews", "train_10k.tsv")), new("0", null, "1"), 4, 10_001, 0);
        Check(new DataFiles(null, Path("banking77", "train.csv")), new("text", null, "category"), 77, 10_003, 0);
        Check(new DataFiles(Path("banking77")), new(LabelColumn: "category"), 77, 10_003, 0);
        Check(new DataFiles(Path("sms_spam")), new("1", null, "0"), 2, 3_901, 526);
        Check(new DataFiles(Path("sick")), new("sentence_A", "sentence_B", "entailment_judgment"), 3, 4_500, 500);
        Check(new DataFiles(Path("sick")), new("sentence_A", "sentence_B", "relatedness_score"), 0, 4_500, 500);
    }

    [SharedFact]
    public void Squad_files()
    {
        IReadOnlyList<SquadQuestion> train = SquadDataset.Load(Path("squad", "train_subset.json"));
        train.Should().HaveCount(3_546);
        train.Select(question => question.Context).Distinct().Should().HaveCountGreaterThan(700);
        SquadDataset.Load(Path("squad", "dev_subset.json")).Should().HaveCount(743);

        // The text of a labelled span, cut by the answer search, is the answer itself.
        IReadOnlyList<SquadWindow> windows = new SquadFeatures(new LetterTokenizer(), 384, 128).Windows(train);
        foreach (IGrouping<int, SquadWindow> group in windows.GroupBy(window => window.QuestionIndex))
        {
            SquadQuestion question = train[group.Key];
            SquadWindow? window = group.FirstOrDefault(w => w.StartLabel > 0);
            if (window is null) continue;
            float[] start = new float[window.Sequence.Ids.Length], end = new float[window.Sequence.Ids.Length];
            (start[window.StartLabel], end[window.EndLabel]) = (9, 9);
            new SquadAnswers(20, 500).Best(question.Context, [window], [start], [end]).Text.Should().Be(question.Answers[0].Trim());
        }
    }
}
