// What the restricted pickle reader makes beside Python's plain values.
namespace Sprout.Tensors.IO;

/// <summary>A name that a pickle imports; only those of the allow-list exist.</summary>
internal sealed record TorchName(string Module, string Name);

/// <summary>A storage that a pickle names.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Count">Elements of the view that is meant.</param>
/// <param name="Whole">Elements of the whole storage.</param>
/// <param name="Start">First element of the view; other than 0 only in files before PyTorch 0.4.</param>
internal sealed record TorchStorage(string Key, SafetensorsType Type, long Count, long Whole, long Start);

/// <summary>A tensor: a view of a storage, whose bounds are still to be checked.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);
