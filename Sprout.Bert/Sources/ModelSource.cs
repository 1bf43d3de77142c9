// A model, wherever it lies.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;

namespace Sprout.Bert.Sources;

/// <summary>What loading found besides what it needed.</summary>
/// <param name="Missing">Parameters of the head or pooler that the source lacks; they are fresh.</param>
/// <param name="Unused">Tensors of the source that the model does not have.</param>
/// <param name="Mismatched">Tensors of the head that have another shape there, with both shapes; the model's are fresh.</param>
public sealed record LoadReport(IReadOnlyList<string> Missing, IReadOnlyList<string> Unused, IReadOnlyList<string> Mismatched);

/// <summary>A tensor of a source.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Extents">Its extents, outermost first.</param>
public sealed record StoredTensor(string Name, IReadOnlyList<long> Extents)
{
    /// <summary>How many elements it has.</summary>
    public long Count => Extents.Aggregate(1L, (product, extent) => product * extent);
}

/// <summary>
/// A configuration, a tokenizer and weights, wherever they lie: a Hugging Face folder, a sparse model file, or nowhere yet. Not safe for several threads.
/// </summary>
public abstract class ModelSource : IDisposable
{
    private ITokenizer? tokenizer;

    /// <summary>What messages call it, such as its folder.</summary>
    public abstract string Name { get; }

    /// <summary>Sizes and settings of the model.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>The tokenizer; read when it is first asked for.</summary>
    /// <exception cref="InputException">It cannot be read, or has more tokens than the model.</exception>
    public ITokenizer Tokenizer => tokenizer ??= Checked(ReadTokenizer());

    /// <summary>The tensors that are stored, copies of others left out.</summary>
    /// <exception cref="InputException">The weights cannot be read.</exception>
    public abstract IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>The files that configuration and tokenizer are read from.</summary>
    public abstract IReadOnlyList<string> SettingsFiles { get; }

    /// <summary>Bytes of what holds the weights; 0 when nothing does.</summary>
    public abstract long BytesOnDisk { get; }

    /// <summary>Opens the model at a path: a folder as Hugging Face's tools leave and expect it, or a sparse model file.</summary>
    /// <exception cref="InputException">There is none, its configuration is wrong, or the file is damaged.</exception>
    public static ModelSource Open(string path)
    {
        if (Directory.Exists(path)) return new HuggingFaceFolder(path);
        if (Path.Exists(path)) return new SparseFile(path);
        throw new InputException($"{path}: expected a model folder or a sparse model file, found nothing.");
    }

    /// <summary>Loads the weights into a model; what pooler and head lack, and a head of another shape, is initialised from the seed.</summary>
    /// <param name="model">Receives the weights.</param>
    /// <param name="seed">Of what is fresh.</param>
    /// <param name="onlyAnswers">
    /// Whether the model will only run on tapes that do not record: then matrices that lie sparse are never dense (<see cref="LinearWeight.BecomeSparse"/>).
    /// </param>
    /// <exception cref="InputException">
    /// The weights are damaged, a tensor of embeddings, encoder or pooler has another shape, or embeddings or encoder are incomplete.
    /// </exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public abstract LoadReport Load(TaskModel model, ulong seed, bool onlyAnswers = false);

    /// <summary>Loads the weights of a model that has been fine-tuned.</summary>
    /// <param name="model">Receives the weights.</param>
    /// <param name="onlyAnswers">As in <see cref="Load(TaskModel, ulong, bool)"/>.</param>
    /// <exception cref="InputException">As <see cref="Load(TaskModel, ulong, bool)"/>, or the head is missing or of another shape.</exception>
    public void LoadWhole(TaskModel model, bool onlyAnswers = false)
    {
        LoadReport report = Load(model, seed: 0, onlyAnswers);
        if (report.Missing.Count > 0) throw new InputException($"{Name}: expected a fine-tuned model, found no {string.Join(", ", report.Missing)}.");
        if (report.Mismatched.Count > 0) throw new InputException($"{Name}: {report.Mismatched[0]}.");
    }

    /// <summary>Loads the weights and tells what else the user should know.</summary>
    /// <param name="model">Receives the weights.</param>
    /// <param name="seed">Of what is fresh.</param>
    /// <param name="note">Receives one sentence for each thing the user should know.</param>
    /// <param name="ignoreMismatchedSizes">Whether a head of another shape may start afresh; null: it may not, and no option would let it.</param>
    /// <param name="onlyAnswers">As in <see cref="Load(TaskModel, ulong, bool)"/>.</param>
    /// <exception cref="InputException">As <see cref="Load(TaskModel, ulong, bool)"/>, or the head is of another shape.</exception>
    public void Load(TaskModel model, ulong seed, Action<string> note, bool? ignoreMismatchedSizes = null, bool onlyAnswers = false)
    {
        ArgumentNullException.ThrowIfNull(note);
        LoadReport report = Load(model, seed, onlyAnswers);
        if (report.Mismatched.Count > 0 && ignoreMismatchedSizes is null) throw new InputException($"{Name}: {report.Mismatched[0]}.");
        if (report.Mismatched.Count > 0 && ignoreMismatchedSizes is false)
            throw InputException.Of($"{Name}: {report.Mismatched[0]}; {new OptionName("IgnoreMismatchedSizes")} true starts such a head afresh.");
        if (report.Missing.Count > 0) note($"{Name} lacks {string.Join(", ", report.Missing)}: initialised afresh.");
        foreach (string mismatch in report.Mismatched) note($"{Name}: {mismatch}: initialised afresh.");
        if (report.Unused.Count > 0) note($"{Name} has tensors that are not used: {string.Join(", ", report.Unused)}.");
    }

    /// <summary>The stored tensor of a parameter, whatever it is called there; null when there is none.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="encoderPrefix">The encoder's part of it, which files of a bare encoder leave out.</param>
    public abstract StoredTensor? Find(string parameter, string encoderPrefix);

    /// <summary>Reads elements of a stored tensor, in row-major order, as single precision.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="offset">The first element.</param>
    /// <param name="values">Receives as many as it is long.</param>
    /// <exception cref="InputException">The weights are damaged.</exception>
    public abstract void Read(StoredTensor tensor, long offset, Span<float> values);

    /// <summary>Reads all of what is stored of a parameter, in row-major order.</summary>
    /// <param name="parameter">Of a model of this configuration; its own value is left alone.</param>
    /// <param name="encoderPrefix">The encoder's part of its name, which files of a bare encoder leave out.</param>
    /// <exception cref="InputException">It is missing or of another shape, or the weights are damaged.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    public float[] Read(Parameter parameter, string encoderPrefix)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        StoredTensor tensor = Find(parameter.Name, encoderPrefix)
            ?? throw new InputException($"{Name}: expected the tensor \"{parameter.Name}\" {parameter.Shape}, found none of that name.");
        string expected = parameter.Shape.ToString(), found = $"[{string.Join(", ", tensor.Extents)}]";
        if (found != expected) throw new InputException($"{Name}: tensor \"{tensor.Name}\": expected shape {expected}, found {found}.");
        var values = new float[tensor.Count];
        Read(tensor, 0, values);
        NotFiniteException.RequireNone(Name, tensor.Name, NotFiniteException.Count(values), tensor.Count);
        return values;
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>Reads the tokenizer.</summary>
    protected abstract ITokenizer ReadTokenizer();

    private ITokenizer Checked(ITokenizer read)
    {
        if (read.VocabSize <= Config.VocabSize) return read;
        throw new InputException($"{Name}: expected at most vocab_size = {Config.VocabSize} tokens, found {read.VocabSize} in the tokenizer's files.");
    }
}
