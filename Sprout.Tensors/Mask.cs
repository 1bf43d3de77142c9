// Which entries of a weight matrix take part in a product, and by how much.
namespace Sprout.Tensors;

/// <summary>
/// The mask M of a weight matrix W [rows, columns] in W' = W ⊙ M: either one bit an entry (kept or not) or one factor an entry
/// (the gates of L0). Products read it while they read the weight, so W' is never stored.
/// </summary>
public sealed class Mask : IDisposable
{
    private Mask(Shape shape, IntTensor? bits, Tensor? gates)
    {
        Shape = shape;
        Bits = bits;
        Gates = gates;
    }

    /// <summary>The extents of the weight matrix.</summary>
    public Shape Shape { get; }

    /// <summary>
    /// One bit an entry: entry i of the row-major matrix is bit i % 32 of word i / 32; unused bits of the last word are 0. Null when the mask has gates.
    /// </summary>
    public IntTensor? Bits { get; }

    /// <summary>One factor an entry, of the matrix's shape. Null when the mask has bits.</summary>
    public Tensor? Gates { get; }

    /// <summary>A mask of bits with undefined content.</summary>
    public static Mask OfBits(IBackend backend, Shape shape) => new(shape, IntTensor.Rent(backend, WordsOf(shape.Count)), null);

    /// <summary>A mask of factors with undefined content.</summary>
    public static Mask OfGates(IBackend backend, Shape shape) => new(shape, null, Tensor.Rent(backend, shape));

    /// <summary>The number of 32-bit words that hold one bit for each of <paramref name="count"/> entries.</summary>
    public static int WordsOf(long count) => checked((int)((count + 31) / 32));

    /// <inheritdoc/>
    public void Dispose()
    {
        Bits?.Dispose();
        Gates?.Dispose();
    }
}
