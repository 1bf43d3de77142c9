// What the demo starts from.
using Sprout.Bert.Data;

namespace Sprout.Cli.Demo;

/// <summary>The pre-trained model that comes with the command, and the labelled sets.</summary>
internal static class DemoAssets
{
    /// <summary>Labelled training sentences.</summary>
    public const int TrainCount = 12_000;

    /// <summary>Labelled evaluation sentences, none of which occurs in training or pre-training.</summary>
    public const int DevCount = 1_000;

    private const ulong LanguageSeed = 7;

    /// <summary>The labelled sets.</summary>
    public static ReviewSets Sets { get; } = ReviewSets.Create(LanguageSeed, TrainCount, DevCount);

    /// <summary>The folder of the pre-trained model beside the executable.</summary>
    public static string ModelFolder => Path.Combine(AppContext.BaseDirectory, "Demo", "Model");

    /// <summary>Writes the model and the data as files that <c>sprout train --task sst2</c> and <c>sprout pretrain</c> read.</summary>
    /// <param name="folder">Receives <c>model/</c>, <c>vocab.txt</c>, <c>train.tsv</c>, <c>dev.tsv</c> and <c>corpus.txt</c>.</param>
    /// <param name="corpusLines">Sentences for pre-training.</param>
    /// <exception cref="Tensors.OptionException">Somebody else's files have these names.</exception>
    /// <exception cref="Tensors.InputException">The folder cannot be written.</exception>
    public static void Write(string folder, int corpusLines)
    {
        try
        {
            RequireOwn(folder);
            string model = Path.Combine(folder, "model");
            Directory.CreateDirectory(model);
            foreach (string file in Directory.EnumerateFiles(ModelFolder)) File.Copy(file, Path.Combine(model, Path.GetFileName(file)), overwrite: true);
            File.WriteAllText(Path.Combine(folder, "vocab.txt"), DemoVocabulary.FileContent);
            File.WriteAllLines(Path.Combine(folder, "train.tsv"), Lines(Sets.Train));
            File.WriteAllLines(Path.Combine(folder, "dev.tsv"), Lines(Sets.Dev));
            File.WriteAllLines(Path.Combine(folder, "corpus.txt"), Sets.Corpus(LanguageSeed + 1, corpusLines));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Tensors.InputException($"Cannot write {folder}: {e.Message}", e);
        }
    }

    // The vocabulary tells what this has written before.
    private static void RequireOwn(string folder)
    {
        string vocab = Path.Combine(folder, "vocab.txt");
        if (File.Exists(vocab) && File.ReadAllText(vocab) == DemoVocabulary.FileContent) return;
        string[] written = ["model", "vocab.txt", "train.tsv", "dev.tsv", "corpus.txt"];
        if (written.FirstOrDefault(name => Path.Exists(Path.Combine(folder, name))) is not string there) return;
        throw new Tensors.OptionException($"--write-data would replace {Path.Combine(folder, there)}, which it did not write; give another folder.");
    }

    /// <summary>The examples of a labelled set.</summary>
    public static IReadOnlyList<TextExample> Examples(IReadOnlyList<Review> reviews) =>
        [.. reviews.Select(review => new TextExample(review.Text, Label: review.Label))];

    private static IEnumerable<string> Lines(IReadOnlyList<Review> reviews) =>
        reviews.Select(review => $"{review.Text}\t{review.Label}").Prepend("sentence\tlabel");
}
