// A model whose answers are known.
using System.Text.Json;
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Peers;

/// <summary>A folder with random weights, and in <see cref="AnswersFile"/> what Sprout computes by them, with which peers are compared first.</summary>
/// <param name="Batch">Sequences.</param>
/// <param name="Length">Tokens of each.</param>
/// <param name="Ids">The tokens, sequence by sequence.</param>
/// <param name="Logits">The logits, sequence by sequence.</param>
internal sealed record ReferenceModel(int Batch, int Length, int[] Ids, float[] Logits)
{
    private const string AnswersFile = "answers.json";

    private const ulong Seed = 42;

    // Of BERT's tokens the first ones are no words.
    private const int FirstWord = 1000, Vocabulary = 30522;

    /// <summary>Writes the folder.</summary>
    public static void Write(Arguments arguments)
    {
        string folder = Directory.CreateDirectory(arguments.Text("--output")).FullName;
        using var source = new FreshModel(arguments.Text("--config"), vocabulary: null);
        using IBackend backend = Device.Open("cpu");
        using SequenceClassifier model = source.Config.CreateClassifier(backend, source.Config.NumLabels);
        source.Load(model, Seed);
        const int batch = 3, length = 32;
        int[] ids = RandomIds(batch * length);
        var logits = new List<float>();
        using (var inference = new Inference(backend, model))
            inference.Run([.. ids.Chunk(length).Select(part => new TokenSequence(part, new int[length]))], batch, (_, _, values) => logits.AddRange(values));
        source.Config.Save(folder);
        string[] words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(5, source.Config.VocabSize - 5).Select(i => $"word{i}")];
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), words);
        HuggingFaceFolder.SaveWeights(folder, model);
        // Last: where this is, all is.
        File.WriteAllText(Path.Combine(folder, AnswersFile), JsonSerializer.Serialize(new ReferenceModel(batch, length, ids, [.. logits])));
    }

    /// <summary>Reads what Sprout computes.</summary>
    public static ReferenceModel Read(string folder) => JsonSerializer.Deserialize<ReferenceModel>(File.ReadAllText(Path.Combine(folder, AnswersFile)))!;

    /// <summary>Random tokens of BERT's vocabulary.</summary>
    public static int[] RandomIds(int count)
    {
        var random = new Random(42);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(FirstWord, Vocabulary))];
    }

    /// <summary>The largest difference of a peer's logits from Sprout's.</summary>
    /// <exception cref="InvalidOperationException">It is more than is tolerated.</exception>
    public double Compare(ReadOnlySpan<float> found, double tolerance)
    {
        double most = 0;
        for (int i = 0; i < Logits.Length; i++) most = Math.Max(most, Math.Abs(found[i] - Logits[i]));
        return found.Length == Logits.Length && most <= tolerance
            ? most : throw new InvalidOperationException($"Logits: expected Sprout's to {tolerance}, found a difference of {most}.");
    }
}
