// Files of examples.
using System.Text;
using Sprout.Bert.Data;
using Sprout.Bert.Files;

namespace Sprout.Fuzz.Kinds;

/// <summary>Own tables, GLUE's tables, SQuAD's questions, plain texts.</summary>
internal static class DataKinds
{
    private const string Glue = "index\tsentence\tsentence1\tsentence2\tlabel\tscore\tgold_label\tquestion1\tquestion2\tis_duplicate\tquestion\n";

    /// <summary>The kinds.</summary>
    public static IReadOnlyList<InputKind> All { get; } =
    [
        new("csv", "train.csv", [InputKinds.Utf8("text,label\na b,yes\n\"c, \"\"d\"\"\ne\",no\nf,yes\n"),
            InputKinds.Utf8("\uFEFFid,sentence1,sentence2,label\r\n0,a,b,0.5\r\n1,\"c\",d,1\r\n2,e,,-2e1\r\n")], ReadCsv),
        new("tsv", "train.tsv", [InputKinds.Utf8("text\tlabel\na\t1\n\"b\t0\nc d\t1.0\n"),
            InputKinds.Utf8("label\ttext\r\nx\ta\r\ny\tb\r\nx\tc\r\n")], ReadTsv),
        new("jsonl", "train.jsonl", [InputKinds.Utf8("""
            {"text":"a b","label":"yes"}
            {"text":"c\u00e9 \ud83d\ude00","label":"no"}
            {"label":"yes","text":""}

            """), InputKinds.Utf8("{\"sentence1\":\"a\",\"sentence2\":\"b\",\"label\":0.5}\n{\"sentence1\":\"\",\"sentence2\":\"c\",\"label\":3}\n")],
            ReadTable),
        new("json", "train.json",
            [InputKinds.Utf8("[{\"text\":\"a\",\"label\":1},\n {\"text\":\"b\",\"label\":0},{\"text\":\"c\",\"label\":true}]")], ReadTable),
        new("txt", "lines.txt", [InputKinds.Utf8("a b\nc\r\n\n\u00e9 \u4e2d\n")], ReadLines),
        GlueOf("sst2", "sentence\tlabel\na b\t1\n\"c\t0\n"),
        GlueOf("cola", "gj04\t1\t\ta b\ngj04\t0\t*\tc\n"),
        GlueOf("stsb", Glue + "0\ta\tb\tc\t1\t2.5\tneutral\td\te\t0\tf\n"),
        GlueOf("mnli", Glue + "0\ta\tb\tc\t1\t2.5\tneutral\td\te\t0\tf\n1\ta\tb\tc\t1\t0\tentailment\td\te\t1\tf\n"),
        GlueOf("qqp", Glue + "0\ta\tb\tc\t1\t2.5\tneutral\td\te\t0\tf\n1\ta\n"),
        new("squad", "train-v1.1.json", [InputKinds.Utf8("""
            {"version":"1.1","data":[{"title":"t","paragraphs":[{"context":"a b \ud83d\ude00 ab a!","qas":[{"id":"q0","question":"a b","answers":
            [{"text":"ab","answer_start":6},{"text":"a b","answer_start":0}]},{"id":"q1","question":"b","answers":[{"text":"!","answer_start":9}]}]}]}]}
            """)], ReadSquad)
        {
            Words = ["answer_start", "answers", "is_impossible", "context", "paragraphs", "version", "v2.0", "id"],
        },
    ];

    private static InputKind GlueOf(string task, string seed) =>
        new($"glue-{task}", "train.tsv", [InputKinds.Utf8(seed)], (path, _) =>
        {
            TextTask glue = GlueTasks.Get(task);
            Check(glue, glue.LoadTrain(new DataFiles(null, path)));
            foreach (EvalSet set in glue.LoadEval(new DataFiles(null, null, path), needLabels: false)) Check(set.HasLabels ? glue : null, set.Examples);
        });

    // Rows that are written down again are read as the same.
    private static void ReadCsv(string path, byte[] bytes)
    {
        DelimitedRow[] rows = [.. Delimited.ReadCsv(path)];
        string again = Path.Combine(Path.GetDirectoryName(path)!, "again.csv");
        File.WriteAllText(again, string.Concat(rows.Select(row =>
            string.Join(',', row.Fields.Select(field => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n")));
        string[][] second = [.. Delimited.ReadCsv(again).Select(row => row.Fields)];
        WrongResultException.Require(
            rows.Length == second.Length && rows.Zip(second).All(pair => pair.First.Fields.SequenceEqual(pair.Second)), "rows are written and read otherwise");
        ReadTable(path, bytes);
    }

    private static void ReadTsv(string path, byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        if (text.StartsWith('\uFEFF')) text = text[1..];
        string[][] rows = [.. Delimited.ReadTsv(path).Select(row => row.Fields)];
        string[] lines = [.. text.Split('\n').Select(line => line.EndsWith('\r') ? line[..^1] : line)];
        lines = lines[..(Array.FindLastIndex(lines, line => line.Length > 0) + 1)];
        WrongResultException.Require(
            lines.Length == rows.Length && lines.Zip(rows).All(pair => pair.First == string.Join('\t', pair.Second)), "rows are not the file's lines");
        ReadTable(path, bytes);
    }

    private static void ReadTable(string path, byte[] bytes)
    {
        var files = new DataFiles(null, path, path);
        CustomTextTask task = CustomTextTask.FromTrainFile(files, new CustomTextOptions());
        IReadOnlyList<TextExample> all = task.LoadTrain(files);
        Check(task, all);
        foreach (EvalSet set in task.LoadEval(files)) WrongResultException.Require(set.Examples.SequenceEqual(all), "other examples to evaluate than to train");
        WrongResultException.Require(task.LoadTrain(files with { MostTrain = 1 }).Single() == all[0], "another first example");
    }

    private static void ReadLines(string path, byte[] bytes)
    {
        (string Text, string? Pair)[] lines = [.. TextFile.Read(path)];
        WrongResultException.Require(lines.Length <= bytes.AsSpan().Count((byte)'\n') + 1, "more lines than the file has");
    }

    private static void Check(TextTask? task, IReadOnlyList<TextExample> examples)
    {
        WrongResultException.Require(examples.Count > 0, "no examples");
        if (task is null) return;
        WrongResultException.Require(
            examples.All(example => task.IsRegression ? float.IsFinite(example.Score) : example.Label >= 0 && example.Label < task.LabelNames.Count),
            "a label that is none");
    }

    // Answers stand where they are said to stand, counted in code points.
    private static void ReadSquad(string path, byte[] bytes)
    {
        IReadOnlyList<SquadQuestion> questions = SquadDataset.Load(path, needAnswers: false);
        foreach (SquadQuestion question in questions)
        {
            int[] context = PointsOf(question.Context);
            foreach ((string answer, int start) in question.Answers.Zip(question.AnswerStarts))
            {
                int[] points = PointsOf(answer);
                WrongResultException.Require(
                    start == -1 || context.AsSpan(start, Math.Min(points.Length, context.Length - start)).SequenceEqual(points),
                    "an answer is not where it is said to be");
            }
        }

        new SquadFeatures(TokenizerKinds.Tokenizer, maxLength: 12, docStride: 3, maxQueryLength: 4).Windows(questions);
        SquadDataset.Load(path);
    }

    // A lone surrogate counts as one.
    private static int[] PointsOf(string text)
    {
        var points = new List<int>();
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            points.Add(pair ? char.ConvertToUtf32(text[i], text[i + 1]) : text[i]);
            if (pair) i++;
        }

        return [.. points];
    }
}
