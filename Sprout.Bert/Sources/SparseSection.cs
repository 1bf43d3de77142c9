// The parts of a sparse model file.
using Sprout.Tensors.IO.Coding;

namespace Sprout.Bert.Sources;

/// <summary>A part of a sparse model file with its checksum.</summary>
/// <param name="Name">A file's or a tensor's name.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">The checksum of its bytes, in hexadecimal digits.</param>
internal abstract record SparseSection(string Name, long Offset, long Length, string Sha256);

/// <summary>A small file, compressed (RFC 1950).</summary>
/// <param name="Name">Its name, such as config.json.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Bytes, compressed.</param>
/// <param name="Sha256">The checksum of its bytes here.</param>
/// <param name="Size">Bytes of the file itself.</param>
internal sealed record SparseText(string Name, long Offset, long Length, string Sha256, int Size) : SparseSection(Name, Offset, Length, Sha256);

/// <summary>A tensor.</summary>
/// <param name="Tensor">Its name and extents.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Sha256">The checksum of its bytes.</param>
/// <param name="Format">The form of its numbers.</param>
/// <param name="Entries">Of a sparse matrix, how many entries there are; null: it is dense.</param>
/// <param name="Activations">What products with it are computed in: <see cref="NumberFormat.Fp32"/> or <see cref="NumberFormat.Int8"/>.</param>
internal sealed record SparseTensor(
    StoredTensor Tensor, long Offset, long Length, string Sha256, NumberFormat Format, int? Entries, NumberFormat Activations)
    : SparseSection(Tensor.Name, Offset, Length, Sha256)
{
    /// <summary>Numbers of a row: the last extent.</summary>
    public int Columns => Tensor.Extents.Count == 0 ? 1 : (int)Tensor.Extents[^1];
}
