// A model that nothing has trained.
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Sources;

/// <summary>A configuration and a vocabulary; the weights are random. Layers are whole.</summary>
/// <param name="config">The <c>config.json</c>.</param>
/// <param name="vocabulary">The <c>vocab.txt</c>; null when no text has to be cut.</param>
public sealed class FreshModel(string config, string? vocabulary) : ModelSource
{
    /// <inheritdoc/>
    public override string Name => vocabulary ?? config;

    /// <inheritdoc/>
    public override ModelConfig Config { get; } = Whole(ConfigFile.Read(config), config);

    /// <inheritdoc/>
    public override IReadOnlyList<StoredTensor> Tensors => [];

    /// <inheritdoc/>
    public override IReadOnlyList<string> SettingsFiles => vocabulary is null ? [config] : [config, vocabulary];

    /// <inheritdoc/>
    public override long BytesOnDisk => 0;

    /// <inheritdoc/>
    /// <exception cref="InputException">The weights would take more memory than there is.</exception>
    public override LoadReport Load(TaskModel model, ulong seed, bool onlyAnswers = false)
    {
        RequireMemory(model);
        Initialization.Apply(model, seed);
        return new LoadReport([], [], []);
    }

    /// <inheritdoc/>
    public override StoredTensor? Find(string parameter, string encoderPrefix) => null;

    /// <inheritdoc/>
    public override void Read(StoredTensor tensor, long offset, Span<float> values) => throw new ArgumentException($"{Name} stores no tensors.");

    /// <inheritdoc/>
    protected override ITokenizer ReadTokenizer() =>
        BertTokenizer.FromVocab(vocabulary ?? throw OptionException.Expected("Vocab", "the vocabulary of the fresh model", null));

    private static ModelConfig Whole(ModelConfig read, string path) => read.SproutLayers is null ? read
        : throw new InputException($"{path}: {ModelConfig.LayersKey}: expected none for a model of fresh weights, from which nothing was removed, found some.");

    // No file of weights confirms the sizes.
    private void RequireMemory(TaskModel model)
    {
        long parameters = model.Parameters().Sum(parameter => parameter.Shape.Count), memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (parameters <= memory / sizeof(float)) return;
        throw new InputException(
            $"{config}: expected a model whose weights fit into the {memory >> 20} MiB of memory, found sizes that make {parameters} parameters of 4 bytes.");
    }
}
