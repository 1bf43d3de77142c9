// What a sparse model file keeps of a model.
using Sprout.Tensors;
using Sprout.Tensors.IO.Coding;

namespace Sprout.Bert.Sources;

/// <summary>The form of numbers in a sparse model file, and what else goes into it.</summary>
public sealed record SparseFileOptions
{
    /// <summary>
    /// Of matrices of the encoder and the head: <see cref="NumberFormat.Fp32"/>, <see cref="NumberFormat.Fp16"/> or <see cref="NumberFormat.Int8"/>. Vectors
    /// (biases, layer norms) are in single precision with the first, else in half precision.
    /// </summary>
    public NumberFormat Weights { get; init; }

    /// <summary>
    /// What the encoder's products are computed in when the model answers: <see cref="NumberFormat.Fp32"/>, or with <see cref="Weights"/> of eight bits
    /// <see cref="NumberFormat.Int8"/>, for the matrices where it is faster (<see cref="QuantizedMatrix.PaysInIntegers"/>).
    /// </summary>
    public NumberFormat Activations { get; init; }

    /// <summary>Of the embedding tables; with four bits, those of positions and segments, which every token adds, have eight.</summary>
    public NumberFormat Embeddings { get; init; }

    /// <summary>Tokens that stay in the vocabulary, beside special and added ones; null: all.</summary>
    public IReadOnlySet<string>? KeepTokens { get; init; }

    /// <summary>Small files that go along, by name, such as the options of the model's run.</summary>
    public IReadOnlyDictionary<string, byte[]> Texts { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>Checks the values.</summary>
    /// <exception cref="OptionException">One is not of those that are possible.</exception>
    public void Validate()
    {
        OptionException.Require(Weights is NumberFormat.Fp32 or NumberFormat.Fp16 or NumberFormat.Int8, nameof(Weights), "fp32, fp16 or int8", Weights);
        OptionException.Require(Activations is NumberFormat.Fp32 or NumberFormat.Int8, nameof(Activations), "fp32 or int8", Activations);
        if (Activations == NumberFormat.Int8 && Weights != NumberFormat.Int8)
            throw OptionException.Of($"{new OptionName("Activations")}: int8 needs {new OptionName("Weights")} int8, found {NameOf(Weights)}.");
        OptionException.Require(Enum.IsDefined(Embeddings), nameof(Embeddings), "fp32, fp16, int8 or int4", Embeddings);
    }

    private static string NameOf(NumberFormat format) => format.ToString().ToLowerInvariant();
}
