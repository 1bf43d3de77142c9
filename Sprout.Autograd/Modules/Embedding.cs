// A table of vectors.
using Sprout.Tensors;

namespace Sprout.Autograd.Modules;

/// <summary>A table of vectors [rows, width], looked up by <see cref="Functions.EmbeddingFunction"/>.</summary>
public sealed class Embedding : Module
{
    /// <summary>A table of zeros.</summary>
    public Embedding(IBackend backend, int rows, int width) => Weight = AddParameter(backend, "weight", new Shape(rows, width));

    /// <summary>The vectors [rows, width].</summary>
    public Parameter Weight { get; }
}
