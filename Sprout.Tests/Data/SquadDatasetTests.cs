// SQuAD files, good and bad.
using System.Text.Json;
using Sprout.Bert.Data;
using static Sprout.Tests.Data.TemporaryFiles;

namespace Sprout.Tests.Data;

public sealed class SquadDatasetTests : IDisposable
{
    private readonly TemporaryFiles files = new();

    public void Dispose() => files.Dispose();

    private IReadOnlyList<SquadQuestion> Load(string text) => SquadDataset.Load(files.Write("q.json", text));

    private static string File(string qas, string context = "ab cd", string version = "1.1")
    {
        string paragraph = $$"""{"context":{{JsonSerializer.Serialize(context)}},"qas":[{{qas}}]}""";
        return $$"""{"version":{{JsonSerializer.Serialize(version)}},"data":[{"title":"t","paragraphs":[{{paragraph}}]}]}""";
    }

    private static string Qa(string id = "1", string answer = "cd", string start = "3", string more = "") =>
        $$"""{"id":"{{id}}","question":"q?","answers":[{"text":"{{answer}}","answer_start":{{start}}}]{{more}}}""";

    [Fact]
    public void Questions_of_a_paragraph_share_it()
    {
        IReadOnlyList<SquadQuestion> questions = Load("\uFEFF" + File(Qa("1") + "," + Qa("2", "ab", "0", ",\"is_impossible\":false")));
        questions.Select(q => (q.Id, q.Question, q.Answers[0], q.AnswerStarts[0])).Should().Equal(("1", "q?", "cd", 3), ("2", "q?", "ab", 0));
        questions[0].Context.Should().BeSameAs(questions[1].Context);
    }

    [Fact]
    public void Answers_start_at_code_points()
    {
        Load(File(Qa("1", "😀c", "2"), "a😀😀cd"))[0].AnswerStarts.Should().Equal(2);
        Load(File(Qa("1", "😀c", "3"), "a😀😀cd"))[0].AnswerStarts.Should().Equal(-1);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("4")]
    [InlineData("2147483647")]
    [InlineData("-1")]
    public void An_answer_that_is_elsewhere_has_no_place(string start)
    {
        SquadQuestion question = Load(File(Qa("x7", "cd", start)))[0];
        question.Answers.Should().Equal("cd");
        question.AnswerStarts.Should().Equal(-1);
        question.HasPlace.Should().BeFalse();
    }

    [Fact]
    public void An_answer_without_a_start_has_no_place() =>
        Load(File("{\"id\":\"x7\",\"question\":\"q\",\"answers\":[{\"text\":\"cd\"}]}"))[0].AnswerStarts.Should().Equal(-1);

    [Fact]
    public void Bad_answers_are_named_by_id()
    {
        ShouldFail(() => Load(File(Qa("x7", "cd", "1.5"))), "question \"x7\"", "whole number");
        ShouldFail(() => Load(File(Qa("x7", "cd", "\"3\""))), "question \"x7\"", "whole number", "string");
        ShouldFail(() => Load(File(Qa("x7", "", "3"))), "question \"x7\"", "empty");
        ShouldFail(() => Load(File("{\"id\":\"x7\",\"question\":\"q\",\"answers\":[]}")), "question \"x7\"", "at least one answer");
        ShouldFail(() => Load(File("{\"id\":\"x7\",\"question\":\"q\"}")), "question \"x7\"", "\"answers\"");
    }

    [Fact]
    public void Version_two_and_repeated_ids_are_refused()
    {
        ShouldFail(() => Load(File(Qa(), version: "v2.0")), "v1.1", "v2.0");
        ShouldFail(() => Load(File(Qa("a", more: ",\"is_impossible\":true"))), "question \"a\"", "is_impossible");
        ShouldFail(() => Load(File(Qa("a") + "," + Qa("a"))), "question \"a\"", "earlier question");
    }

    [Theory]
    [InlineData("[]", "an object")]
    [InlineData("{}", "\"data\"")]
    [InlineData("{\"data\":{}}", "an array in \"data\"")]
    [InlineData("{\"data\":[]}", "found none")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"qas\":[]}]}]}", "data[0].paragraphs[0]")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"context\":7,\"qas\":[]}]}]}", "found a JSON number")]
    [InlineData("{\"data\":[{\"paragraphs\":[{\"context\":\"\\udc00\",\"qas\":[]}]}]}", "surrogate")]
    [InlineData("{\"data\":[\n{\"paragraphs\":[{\"cont", "line 2")]
    [InlineData("", "line 1")]
    public void Broken_documents_are_named(string text, string part) => ShouldFail(() => Load(text), "q.json", part);

    [Fact]
    public void What_is_no_text_file_is_named()
    {
        ShouldFail(() => SquadDataset.Load(files.Folder), "found a folder");
        ShouldFail(() => SquadDataset.Load(Path.Combine(files.Folder, "x.json")), "x.json", "found none");
        ShouldFail(() => SquadDataset.Load(files.Write("b.json", [.. "{\n"u8, 0xFE, .. "}"u8])), "b.json, line 2", "UTF-8");
    }
}
