// Reader of SQuAD v1.1 files.
using System.Text.Json;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>Reads the question-answering format of SQuAD v1.1 (Rajpurkar et al. 2016): articles, paragraphs, questions.</summary>
public static class SquadDataset
{
    /// <summary>Official name of the training file.</summary>
    public const string TrainFile = "train-v1.1.json";

    /// <summary>Official name of the evaluation file.</summary>
    public const string EvalFile = "dev-v1.1.json";

    /// <summary>
    /// All questions in file order. The whole file is held in memory while it is read. An answer that does not stand where <c>answer_start</c> says, of which
    /// annotation tools make some, or that has none, has the start −1.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="needAnswers">Whether a question without answers is an error.</param>
    /// <exception cref="InputException">
    /// No such file, not UTF-8, broken JSON, a missing or mistyped field, no questions at all, an id that occurs twice, or a SQuAD v2.0 file;
    /// the file and the line, the path inside the document or the id are named.
    /// </exception>
    public static IReadOnlyList<SquadQuestion> Load(string path, bool needAnswers = true)
    {
        using FileStream stream = InputFile.Open(path);
        ReadOnlyMemory<byte> bytes = InputFile.ReadUtf8(stream, path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return new Reader(path, needAnswers).Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw JsonLines.Broken(path, (int)(e.LineNumber ?? 0) + 1, e);
        }
        catch (InvalidOperationException e)
        {
            throw new InputException($"{path}: expected valid Unicode text: {e.Message}", e);
        }
    }

    private sealed class Reader(string path, bool needAnswers)
    {
        private readonly List<SquadQuestion> questions = [];
        private readonly HashSet<string> ids = new(StringComparer.Ordinal);

        public List<SquadQuestion> Read(JsonElement root)
        {
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("version", out JsonElement version)
                && version.ToString().TrimStart('v') is ['2', ..])
                throw new InputException(
                    $"{path}: expected SQuAD v1.1, found version {InputFile.Quote(version.ToString())}, which has questions without answers.");
            int i = 0;
            foreach (JsonElement article in Array(root, "data", "the document"))
            {
                string where = $"data[{i++}]";
                int j = 0;
                foreach (JsonElement paragraph in Array(article, "paragraphs", where))
                    Paragraph(paragraph, $"{where}.paragraphs[{j++}]");
            }

            return questions.Count > 0 ? questions : throw new InputException($"{path}: expected questions, found none.");
        }

        private void Paragraph(JsonElement paragraph, string where)
        {
            string context = Text(paragraph, "context", where);
            var points = new CodePoints(context);
            int i = 0;
            foreach (JsonElement qa in Array(paragraph, "qas", where))
            {
                string here = $"{where}.qas[{i++}]";
                string id = Text(qa, "id", here);
                here = $"question {InputFile.Quote(id)}";
                if (!ids.Add(id)) throw Bad(here, "an id of its own", "the id of an earlier question");
                if (qa.TryGetProperty("is_impossible", out JsonElement impossible) && impossible.ValueKind == JsonValueKind.True)
                    throw Bad(here, "an answerable question (SQuAD v1.1)", "is_impossible (SQuAD v2.0)");
                string question = Text(qa, "question", here);
                var answers = new List<string>();
                var starts = new List<int>();
                if (needAnswers || qa.TryGetProperty("answers", out _))
                {
                    foreach (JsonElement answer in Array(qa, "answers", here)) Answer(answer, here, points, answers, starts);
                }

                if (needAnswers && answers.Count == 0) throw Bad(here, "at least one answer", "none");
                questions.Add(new SquadQuestion(id, question, context, [.. answers], [.. starts]));
            }
        }

        private void Answer(JsonElement answer, string where, CodePoints context, List<string> answers, List<int> starts)
        {
            string text = Text(answer, "text", where);
            int start = -1;
            if (answer.TryGetProperty("answer_start", out JsonElement value) && (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out start)))
                throw Bad(where, "a whole number in answer_start", JsonLines.Kind(value));
            int length = new CodePoints(text).Count;
            if (length == 0) throw Bad(where, "an answer with text", "an empty one");
            bool isThere = start >= 0 && start <= context.Count - length && context.Slice(start, start + length).SequenceEqual(text);
            answers.Add(text);
            starts.Add(isThere ? start : -1);
        }

        private JsonElement Field(JsonElement element, string name, string where)
        {
            if (element.ValueKind != JsonValueKind.Object) throw Bad(where, "an object", $"a JSON {JsonLines.Kind(element)}");
            return element.TryGetProperty(name, out JsonElement value) ? value : throw Bad(where, $"a field {InputFile.Quote(name)}", "none");
        }

        private JsonElement.ArrayEnumerator Array(JsonElement element, string name, string where)
        {
            JsonElement value = Field(element, name, where);
            return value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray()
                : throw Bad(where, $"an array in {InputFile.Quote(name)}", $"a JSON {JsonLines.Kind(value)}");
        }

        private string Text(JsonElement element, string name, string where)
        {
            JsonElement value = Field(element, name, where);
            if (value.ValueKind != JsonValueKind.String) throw Bad(where, $"a string in {InputFile.Quote(name)}", $"a JSON {JsonLines.Kind(value)}");
            try
            {
                return value.GetString()!;
            }
            catch (InvalidOperationException)
            {
                throw Bad(where, $"Unicode text in {InputFile.Quote(name)}", "half a surrogate pair");
            }
        }

        private InputException Bad(string where, string expected, string found) => new($"{path}, {where}: expected {expected}, found {found}.");
    }
}
