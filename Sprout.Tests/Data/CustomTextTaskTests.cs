// The "text" task: columns, labels, formats.
using Sprout.Bert.Data;
using Sprout.Tensors;
using static Sprout.Tests.Data.TemporaryFiles;

namespace Sprout.Tests.Data;

public sealed class CustomTextTaskTests : IDisposable
{
    private static readonly CustomTextOptions Default = new();

    private readonly TemporaryFiles files = new();

    public void Dispose() => files.Dispose();

    private (CustomTextTask Task, string[] Rows) Load(string name, string text, CustomTextOptions? options = null)
    {
        var data = new DataFiles(null, files.Write(name, text));
        CustomTextTask task = CustomTextTask.FromTrainFile(data, options ?? Default);
        return (task, [.. task.LoadTrain(data).Select(e => $"{e.Text}|{e.Pair}|{(task.IsRegression ? e.Score : e.Label)}")]);
    }

    [Theory]
    [InlineData("a.csv", "text,label\nx,pos\ny,neg\n", "x||1", "y||0")]
    [InlineData("a.csv", "label,text\npos,x\nneg,y\n", "x||1", "y||0")]
    [InlineData("a.tsv", "text\tlabel\n\"x\tpos\ny\tneg\n", "\"x||1", "y||0")]
    [InlineData("a.txt", "text\tlabel\nx\tpos\ny\tneg\n", "x||1", "y||0")]
    [InlineData("a.CSV", "sentence2,other,sentence1,label\nb,o,a,1\nd,o,c,0\n", "a|b|1", "c|d|0")]
    [InlineData("a.csv", ",text,label\n0,x,1\n1,y,0\n", "x||1", "y||0")]
    [InlineData("a.csv", "Unnamed: 0,text,label\n0,x,1\n1,y,0\n", "x||1", "y||0")]
    [InlineData("a.csv", "text, label\nx, 1\ny,0 \n", "x||1", "y||0")]
    [InlineData("a.jsonl", "{\"sentence\":\"x\",\"label\":1,\"idx\":7}\n{\"idx\":8,\"label\":0,\"sentence\":\"y\"}\n", "x||1", "y||0")]
    [InlineData("a.json", "[{\"text\":\"x\",\"label\":true},{\"text\":\"y\",\"label\":false}]", "x||1", "y||0")]
    public void Columns_are_found_as_run_glue_does(string name, string text, params string[] expected) => Load(name, text).Rows.Should().Equal(expected);

    [Fact]
    public void Columns_can_be_named()
    {
        string text = "id,a,b,kind\n1,x,y,k\n2,z,w,l\n";
        Load("a.csv", text, new("b", "a", "kind")).Rows.Should().Equal("y|x|0", "w|z|1");
        Load("a.csv", text, new("b", null, "kind")).Rows.Should().Equal("y||0", "w||1");
        Load("a.csv", text, new(null, "a", "kind")).Rows.Should().Equal("y|x|0", "w|z|1");
        Load("a.csv", text, new("2", null, "kind")).Rows.Should().Equal("y||0", "w||1");
    }

    [Fact]
    public void Indexes_alone_mean_a_file_without_a_header()
    {
        Load("a.tsv", "ham\tx\nspam\ty\n", new("1", null, "0")).Rows.Should().Equal("x||0", "y||1");
        Load("a.tsv", "ham\tx\nspam\ty\n", new(null, null, "0")).Rows.Should().Equal("x||0", "y||1");
        Load("a.csv", "text,category\nx,b\ny,a\n", new("0", null, "1")).Rows.Should().Equal("x||1", "y||0");
        Load("a.csv", "review,sentiment\nx,b\ny,a\n", new("0", null, "1")).Rows.Should().Equal("x||1", "y||0");
        ShouldFail(() => Load("a.tsv", "ham\tx\n", new("2", null, "0")), "line 1", "\"2\"", "2 columns without a header");
    }

    [Fact]
    public void Labels_are_sorted()
    {
        Load("a.csv", "text,label\na,b\nb,B\nc,a\nd,é\n").Task.LabelNames.Should().Equal("B", "a", "b", "é");
        Load("a.csv", "text,label\na,10\nb,9\nc,-1\n").Task.LabelNames.Should().Equal("-1", "9", "10");
        Load("a.csv", "text,label\na,10\nb,9\nc,x\n").Task.LabelNames.Should().Equal("10", "9", "x");
        Load("a.csv", "text,label\na,1.0\nb,0.0\n").Task.LabelNames.Should().Equal("0.0", "1.0");
        Load("a.csv", "text,label\na,none\nb,some\n").Task.LabelNames.Should().Equal("none", "some");
    }

    [Fact]
    public void Blanks_around_labels_are_no_part_of_them() =>
        Load("a.csv", "text,label\na,1 \nb, 0\nc,1\nd,0\n").Rows.Should().Equal("a||1", "b||0", "c||1", "d||0");

    [Theory]
    [InlineData("a,1\nb,0\nc,\n", "line 4", "a label", "none")]
    [InlineData("a,1\nb,0\nc,  \n", "line 4", "a label", "none")]
    [InlineData("a,good\nb,bad\nc,NaN\n", "line 4", "a label", "\"NaN\"")]
    [InlineData("a,0.5\nb,nan\n", "line 3", "a label", "\"nan\"")]
    [InlineData("a,1\nb,0\nc,NA\n", "line 4", "a number", "\"NA\"")]
    [InlineData("a,1\nb,0\nc,None\n", "line 4", "a number", "\"None\"")]
    [InlineData("a,1.5\nb,inf\n", "line 3", "a number", "\"inf\"")]
    public void Missing_labels_are_no_class(string rows, params string[] says) => ShouldFail(() => Load("a.csv", "text,label\n" + rows), ["a.csv", .. says]);

    [Theory]
    [InlineData("a,1\nb,0\nc,1.0\n", "line 4", "\"1\", \"1.0\"")]
    [InlineData("a,1\nb,0\nc,01\n", "line 4", "\"1\", \"01\"")]
    [InlineData("a,x\nb,0\nc,+0\n", "line 4", "\"0\", \"+0\"")]
    public void One_number_in_two_spellings_is_refused(string rows, params string[] says) =>
        ShouldFail(() => Load("a.csv", "text,label\n" + rows), ["a.csv", "same number", .. says]);

    [Fact]
    public void Evaluation_may_spell_numbers_otherwise()
    {
        CustomTextTask task = Load("a.csv", "text,label\na,1.0\nb,0.0\n").Task;
        string eval = files.Write("e.csv", "text,label\na,1\nb,00\n");
        task.LoadEval(new DataFiles(null, null, eval))[0].Examples.Select(e => e.Label).Should().Equal(1, 0);
    }

    [Theory]
    [InlineData("film,genre\na,x\nb,y\nc,x\nd,y\n", "\"genre\"")]
    [InlineData("film,grade\na,1\nb,2\n", "\"grade\"")]
    public void A_header_is_no_class(string text, string says) => ShouldFail(() => Load("a.csv", text, new("0", null, "1")), "a.csv, line 1", "header", says);

    [Fact]
    public void A_header_in_the_middle_is_refused() =>
        ShouldFail(() => Load("a.csv", "text,label\na,x\nb,y\ntext,label\nc,x\n"), "a.csv, line 4", "the header again");

    [Theory]
    [InlineData("text,leak,label\na,b,1\nc,d,0\n", null, null, "\"text\", \"leak\"")]
    [InlineData("premise,label,hypothesis\na,1,b\nc,0,d\n", null, null, "\"premise\", \"hypothesis\"")]
    [InlineData("a,b,1\nc,d,0\n", "2", null, "0, 1")]
    [InlineData("text,pair,leak,label\na,b,c,1\n", null, "pair", "\"text\", \"leak\"")]
    public void Several_texts_are_a_question(string text, string? label, string? pair, string names)
    {
        string message = FluentActions.Invoking(() => Load("a.csv", text, new(null, pair, label))).Should().Throw<OptionException>().Which.Message;
        message.Should().ContainAll("a.csv, line 1", names, "TextColumn");
    }

    [Fact]
    public void Whole_scores_can_be_a_regression()
    {
        var data = new DataFiles(null, files.Write("a.csv", "text,label\na,1\nb,5\nc,3\n"));
        CustomTextTask.FromTrainFile(data, Default).LabelNames.Should().Equal("1", "3", "5");
        CustomTextTask task = CustomTextTask.FromTrainFile(data, Default, regression: true);
        task.IsRegression.Should().BeTrue();
        task.LoadTrain(data).Select(e => e.Score).Should().Equal(1, 5, 3);
        var broken = new DataFiles(null, files.Write("b.csv", "text,label\na,0.5\nb,1.5\n"));
        CustomTextTask.FromTrainFile(broken, Default, regression: false).LabelNames.Should().Equal("0.5", "1.5");
    }

    [Fact]
    public void Broken_numbers_are_a_regression()
    {
        (CustomTextTask task, string[] rows) = Load("a.csv", "text,label\na,1\nb,2.5\nc,-1e-1\n");
        task.IsRegression.Should().BeTrue();
        task.LabelNames.Should().BeEmpty();
        rows.Should().Equal("a||1", "b||2.5", "c||-0.1");
        task.Score([1f, 2f], [1f, 4f]).Keys.Should().Equal("pearson", "spearmanr", "mse");
        ShouldFail(() => task.LoadEval(new DataFiles(null, null, files.Write("e.csv", "text,label\na,1\nb,good\n"))), "e.csv, line 3", "a number", "\"good\"");
    }

    [Fact]
    public void A_label_the_model_does_not_know_is_named()
    {
        CustomTextTask task = Load("a.csv", "text,label\na,x\nb,y\n").Task;
        string bad = files.Write("e.csv", "text,label\na,x\n\"b\nb\",z\n");
        ShouldFail(() => task.LoadEval(new DataFiles(null, null, bad)), "e.csv, line 3", "\"z\"", "\"x\", \"y\"");
    }

    [Fact]
    public void A_model_gives_the_labels()
    {
        var label2Id = new Dictionary<string, int> { ["y"] = 0, ["x"] = 1 };
        string path = files.Write("a.csv", "text,label\na,x\nb,y\n");
        TextTask task = CustomTextTask.FromModel(label2Id, Default);
        task.LabelNames.Should().Equal("y", "x");
        task.LoadEval(new DataFiles(null, null, path))[0].Examples.Select(e => e.Label).Should().Equal(1, 0);
        CustomTextTask found = CustomTextTask.FromTrainFile(new DataFiles(null, path), Default);
        found.WithLabels(label2Id).LabelNames.Should().Equal("y", "x");
        found.WithLabels(new Dictionary<string, int> { ["y"] = 0, ["z"] = 1 }).Should().BeSameAs(found);

        TextTask generated = CustomTextTask.FromModel(new Dictionary<string, int> { ["LABEL_0"] = 0, ["LABEL_1"] = 1 }, Default);
        string numbers = files.Write("n.csv", "text,label\na,1\nb,LABEL_0\n");
        generated.LoadEval(new DataFiles(null, null, numbers))[0].Examples.Select(e => e.Label).Should().Equal(1, 0);
        CustomTextTask.FromModel(new Dictionary<string, int>(), Default).IsRegression.Should().BeTrue();
    }

    [Fact]
    public void Folders_are_searched()
    {
        ShouldFail(() => CustomTextTask.FromTrainFile(new DataFiles(files.Folder), Default), files.Folder, "train.csv");
        files.Write("train.jsonl", "{\"text\":\"x\",\"label\":\"a\"}\n{\"text\":\"y\",\"label\":\"b\"}\n");
        files.Write("validation.csv", "text,label\nz,b\n");
        var data = new DataFiles(files.Folder);
        CustomTextTask.FromTrainFile(data, Default).LoadEval(data)[0].Examples.Should().Equal(new TextExample("z", Label: 1));
    }

    [Fact]
    public void Files_without_labels_are_for_predictions_only()
    {
        CustomTextTask task = Load("a.csv", "text,label\na,x\nb,y\n").Task;
        var data = new DataFiles(null, null, files.Write("e.jsonl", "{\"text\":\"a\"}\n"));
        ShouldFail(() => task.LoadEval(data), "e.jsonl, line 1", "\"label\"");
        task.LoadEval(data, needLabels: false)[0].Should().Match<EvalSet>(set => !set.HasLabels && set.Examples[0].Label == -1);
    }

    [Fact]
    public void Bad_files_are_named()
    {
        ShouldFail(() => Load("a.csv", "text,category\nx,y\n"), "a.csv, line 1", "\"label\"", "\"text\", \"category\"", "LabelColumn");
        ShouldFail(() => Load("a.csv", "text,label\nhello, world,y\n"), "line 2", "2 cells", "found 3");
        ShouldFail(() => Load("a.csv", "text,label\nhello\n"), "line 2", "2 cells", "found 1");
        ShouldFail(() => Load("a.csv", "label\nx\n"), "line 1", "\"text\"");
        ShouldFail(() => Load("a.csv", "text,text,label\na,b,c\n", new("text")), "two of that name");
        ShouldFail(() => Load("a.csv", "text,label\nx,y\nz,y\n"), "at least two different labels", "\"y\"");
        ShouldFail(() => Load("a.csv", ""), "at least two different labels", "none");
        ShouldFail(() => Load("a.parquet", "PAR1"), ".parquet", ".csv");
        ShouldFail(() => Load("a.jsonl", "{\"text\":\"x\",\"label\":1}\n{\"text\":\"x\"}\n"), "line 2", "\"label\"");
        ShouldFail(() => Load("a.jsonl", "{\"text\":\"x\",\"label\":null}\n"), "line 1", "\"label\"", "null");
        ShouldFail(() => Load("a.jsonl", "{\"text\":[1],\"label\":1}\n"), "line 1", "\"text\"", "array");
        ShouldFail(() => Load("a.jsonl", "{\"text\":\"\\ud800\",\"label\":1}\n"), "line 1", "surrogate");
        ShouldFail(() => Load("a.jsonl", "{\"text\":\"x\",\"label\":1}\n{\"text\"\n"), "line 2", "JSON");
        FluentActions.Invoking(() => Load("a.csv", "a,b\n", new("a", null, "a"))).Should().Throw<OptionException>().WithMessage("*\"a\"*");
    }
}
