using System.Runtime.CompilerServices;

namespace ILGPU;

/// <summary>A view of neighbouring elements; reading or writing outside of it is an error here, and undefined on a device.</summary>
public readonly unsafe struct ArrayView<T> where T : unmanaged
{
    private readonly T* first;

    internal ArrayView(T* first, long length)
    {
        this.first = first;
        Length = length;
    }

    public long Length { get; }

    public ref T this[long index]
    {
        get
        {
            if ((ulong)index >= (ulong)Length) throw new ArgumentOutOfRangeException(nameof(index), $"Element {index} of a view of {Length} {typeof(T).Name}.");
            return ref first[index];
        }
    }

    internal Span<T> Span => new(first, checked((int)Length));

    public ArrayView<T> SubView(long index, long length)
    {
        if (index < 0 || length < 0 || index + length > Length)
            throw new ArgumentOutOfRangeException(nameof(index), $"Elements {index} to {index + length} of a view of {Length}.");
        return new ArrayView<T>(first + index, length);
    }

    /// <summary>The same memory as elements of another type, as many as fit; they need not be aligned until they are used.</summary>
    public ArrayView<TOther> Cast<TOther>() where TOther : unmanaged => new((TOther*)first, Length * sizeof(T) / Unsafe.SizeOf<TOther>());
}
