// Stored floats of other widths to single precision, a vector at a time; sources may be unaligned.
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sprout.Tensors.IO;

/// <summary>Conversions to <see cref="float"/> over raw memory; little-endian, as the file format and every .NET platform we run on.</summary>
internal static unsafe class FloatConversion
{
    /// <summary>Checks that a tensor holds floats.</summary>
    /// <exception cref="InputException">It is of another type.</exception>
    public static void RequireFloats(WeightEntry entry)
    {
        if (entry.Type is not (SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F64))
            throw new InputException($"{entry.FilePath}: tensor '{entry.Name}': expected F32, F16, BF16 or F64, found {entry.Type}.");
    }

    /// <summary>Stored elements of a tensor of floats to single.</summary>
    public static void ToSingle(WeightEntry entry, byte* source, float* destination, long count)
    {
        switch (entry.Type)
        {
            case SafetensorsType.F16: FromHalf(source, destination, count); break;
            case SafetensorsType.BF16: FromBFloat16(source, destination, count); break;
            case SafetensorsType.F64: FromDouble(source, destination, count); break;
            default: Buffer.MemoryCopy(source, destination, count * sizeof(float), count * sizeof(float)); break;
        }
    }

    /// <summary>bfloat16 to single: exact.</summary>
    public static void FromBFloat16(byte* source, float* destination, long count)
    {
        nint i = 0;
        for (; i <= (nint)count - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref *(ushort*)(source + 2 * i)), out Vector<uint> low, out Vector<uint> high);
            Vector.AsVectorSingle(low << 16).Store(destination + i);
            Vector.AsVectorSingle(high << 16).Store(destination + i + Vector<uint>.Count);
        }

        for (; i < (nint)count; i++)
            destination[i] = BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source + 2 * i) << 16);
    }

    /// <summary>Half to single: exact; a NaN stays a NaN.</summary>
    public static void FromHalf(byte* source, float* destination, long count)
    {
        nint i = 0;
        for (; i <= (nint)count - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref *(ushort*)(source + 2 * i)), out Vector<uint> low, out Vector<uint> high);
            HalfBitsToSingle(low).Store(destination + i);
            HalfBitsToSingle(high).Store(destination + i + Vector<uint>.Count);
        }

        for (; i < (nint)count; i++) destination[i] = (float)Unsafe.ReadUnaligned<Half>(source + 2 * i);
    }

    /// <summary>Double to single: rounded to nearest, beyond the range to infinity.</summary>
    public static void FromDouble(byte* source, float* destination, long count)
    {
        nint i = 0;
        for (; i <= (nint)count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var low = Vector.LoadUnsafe(ref *(double*)(source + 8 * i));
            var high = Vector.LoadUnsafe(ref *(double*)(source + 8 * (i + Vector<double>.Count)));
            Vector.Narrow(low, high).Store(destination + i);
        }

        for (; i < (nint)count; i++) destination[i] = (float)Unsafe.ReadUnaligned<double>(source + 8 * i);
    }

    private static Vector<float> HalfBitsToSingle(Vector<uint> bits)
    {
        const uint rebias = (127 - 15) << 23;
        Vector<uint> magnitude = bits & new Vector<uint>(0x7FFF);
        Vector<uint> sign = (bits & new Vector<uint>(0x8000)) << 16;
        Vector<uint> normal = (magnitude << 13) + new Vector<uint>(rebias);

        // Infinity and NaN carry the largest exponent in both formats: rebias once more.
        normal += Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x7C00)) & new Vector<uint>(rebias);

        // A half below 2^-14 counts multiples of 2^-24.
        Vector<uint> subnormal = Vector.AsVectorUInt32(Vector.ConvertToSingle(Vector.AsVectorInt32(magnitude)) * 5.9604645e-8f);
        return Vector.AsVectorSingle(sign | Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(0x0400)), subnormal, normal));
    }
}
