// Model folders as Hugging Face tools leave and expect them.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Sources;

/// <summary>
/// A folder with <c>config.json</c>, <c>model.safetensors</c> or else <c>pytorch_model.bin</c>, or the index of one's shards, and the tokenizer's files. Keys
/// with and without the encoder's prefix, and the old names gamma and beta, are understood.
/// </summary>
public sealed class HuggingFaceFolder : StoredModel
{
    /// <summary>The weights' file name.</summary>
    public const string WeightsFile = "model.safetensors";

    /// <summary>The names of the files that say what the weights are: the configuration and all that a tokenizer may be read from.</summary>
    public static IReadOnlyList<string> SettingsNames { get; } = [ModelConfig.FileName, .. TokenizerFiles.Names];

    private readonly string folder;
    private WeightFile? file;
    private IReadOnlyList<StoredTensor>? tensors;

    /// <summary>Reads a folder's configuration; weights and tokenizer are opened when they are asked for.</summary>
    /// <exception cref="InputException">The configuration cannot be read.</exception>
    public HuggingFaceFolder(string folder)
    {
        this.folder = folder;
        Config = ConfigFile.Read(Path.Combine(folder, ModelConfig.FileName));
    }

    /// <inheritdoc/>
    public override string Name => folder;

    /// <inheritdoc/>
    public override ModelConfig Config { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<StoredTensor> Tensors =>
        tensors ??= [.. Weights.Entries.Where(entry => !Config.IsDerived(entry.Name)).Select(entry => new StoredTensor(entry.Name, entry.Shape))];

    /// <inheritdoc/>
    public override IReadOnlyList<string> SettingsFiles =>
        [.. SettingsNames.Select(name => Path.Combine(folder, name)).Where(File.Exists)];

    /// <inheritdoc/>
    public override long BytesOnDisk => Weights.Entries.Select(entry => entry.FilePath).Distinct().Sum(path => new FileInfo(path).Length);

    private WeightFile Weights => file ??= OpenWeights();

    /// <summary>Writes config.json, model.safetensors and the tokenizer's files.</summary>
    /// <param name="folder">Created when missing.</param>
    /// <param name="model">The weights.</param>
    /// <param name="config">The configuration, with the labels of the task.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <exception cref="InputException">A file cannot be written.</exception>
    public static void Save(string folder, TaskModel model, ModelConfig config, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(tokenizer);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the folder {folder}: {e.Message}", e);
        }

        (config with { Architectures = [model.Architecture] }).Save(folder);
        tokenizer.Save(folder, config.MaxPositionEmbeddings);
        SaveWeights(folder, model);
    }

    /// <summary>
    /// Writes the model of a source: its tensors under their own names, so that every head comes along, in dense shapes and single precision, and whole
    /// (<see cref="WholeModel"/>).
    /// </summary>
    /// <param name="folder">A new or empty folder.</param>
    /// <param name="source">The model.</param>
    /// <param name="cancellation">Ends it before the file of weights is whole; no file is left then.</param>
    /// <exception cref="InputException">The source cannot be read, or a file cannot be written.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite; no file is left.</exception>
    /// <exception cref="OptionException">The folder is not empty.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Save(string folder, ModelSource source, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        source = WholeModel.Of(source);
        ITokenizer tokenizer = source.Tokenizer;
        IReadOnlyList<StoredTensor> tensors = source.Tensors;
        long notFinite = 0;
        OutputFolder.RequireEmpty(folder);
        SafetensorsWriter.Write(
            Path.Combine(folder, WeightsFile),
            tensors.Select(tensor => SafetensorsTensor.Float32(tensor.Name, [.. tensor.Extents], (offset, chunk) => Read(tensor, offset, chunk))));
        source.Config.Save(folder);
        tokenizer.Save(folder, source.Config.MaxPositionEmbeddings);

        void Read(StoredTensor tensor, long offset, Span<float> chunk)
        {
            cancellation.ThrowIfCancellationRequested();
            source.Read(tensor, offset, chunk);
            notFinite += NotFiniteException.Count(chunk);
            if (offset + chunk.Length == tensor.Count) NotFiniteException.RequireNone(source.Name, tensor.Name, notFinite, tensor.Count);
        }
    }

    /// <summary>Writes a model's weights into an existing folder.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void SaveWeights(string folder, TaskModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        TensorFile.Save(Path.Combine(folder, WeightsFile), model.Parameters().Select(parameter => (parameter.Name, parameter.Value)));
    }

    /// <inheritdoc/>
    public override unsafe void Read(StoredTensor tensor, long offset, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        fixed (float* destination = values) Weights.ReadFloat32(EntryOf(tensor), destination, offset, values.Length);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        file?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override ITokenizer ReadTokenizer() => BertTokenizer.Load(folder);

    /// <inheritdoc/>
    private protected override StoredTensor? Lookup(string name) => Of(Weights, name);

    /// <inheritdoc/>
    private protected override string PlaceOf(StoredTensor tensor) => EntryOf(tensor).FilePath;

    /// <inheritdoc/>
    private protected override long LoadInto(StoredTensor tensor, Parameter parameter) => TensorFile.Read(Weights, EntryOf(tensor), parameter.Value);

    // What config.json says of sizes is believed when the weights say it too: before, nothing is made of them.
    private WeightFile OpenWeights()
    {
        WeightFile opened = WeightFile.OpenModel(folder);
        try
        {
            RequireEncoder(name => Of(opened, name), tensor => opened.Find(tensor.Name)!.FilePath);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static StoredTensor? Of(WeightFile weights, string name) =>
        weights.Find(name) is WeightEntry entry ? new StoredTensor(entry.Name, entry.Shape) : null;

    private WeightEntry EntryOf(StoredTensor tensor) =>
        Weights.Find(tensor.Name) ?? throw new ArgumentException($"{folder} has no tensor \"{tensor.Name}\".");
}
