using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>Transposes squares of Lanes × Lanes floats in registers.</summary>
internal static unsafe class SquareTranspose
{
    /// <summary>target[j, i] = source[i, j]; the source is read completely before the target is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<V>(float* source, nint sourceStride, float* target, nint targetStride) where V : struct, IVector<V>
    {
        if (typeof(V) == typeof(V512)) Square16(source, sourceStride, target, targetStride);
        else if (typeof(V) == typeof(V256)) Square8(source, sourceStride, target, targetStride);
        else Square4(source, sourceStride, target, targetStride);
    }

    [MethodImpl(Jit.Kernel)]
    private static void Square16(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Quad512 a = Quad512.Load(source, sourceStride), b = Quad512.Load(source + (4 * sourceStride), sourceStride);
        Quad512 c = Quad512.Load(source + (8 * sourceStride), sourceStride), d = Quad512.Load(source + (12 * sourceStride), sourceStride);
        Columns(a.Column0, b.Column0, c.Column0, d.Column0, target, targetStride);
        Columns(a.Column1, b.Column1, c.Column1, d.Column1, target + targetStride, targetStride);
        Columns(a.Column2, b.Column2, c.Column2, d.Column2, target + (2 * targetStride), targetStride);
        Columns(a.Column3, b.Column3, c.Column3, d.Column3, target + (3 * targetStride), targetStride);
    }

    // a to d hold 4 rows each, their 128-bit lanes are columns 0, 4, 8, 12: gathers lane by lane.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* target, nint targetStride)
    {
        const byte even = 0b10_00_10_00, odd = 0b11_01_11_01;
        Vector512<float> abEven = Avx512F.Shuffle4x128(a, b, even), cdEven = Avx512F.Shuffle4x128(c, d, even);
        Vector512<float> abOdd = Avx512F.Shuffle4x128(a, b, odd), cdOdd = Avx512F.Shuffle4x128(c, d, odd);
        Avx512F.Shuffle4x128(abEven, cdEven, even).Store(target);
        Avx512F.Shuffle4x128(abOdd, cdOdd, even).Store(target + (4 * targetStride));
        Avx512F.Shuffle4x128(abEven, cdEven, odd).Store(target + (8 * targetStride));
        Avx512F.Shuffle4x128(abOdd, cdOdd, odd).Store(target + (12 * targetStride));
    }

    [MethodImpl(Jit.Kernel)]
    private static void Square8(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Quad256 a = Quad256.Load(source, sourceStride), b = Quad256.Load(source + (4 * sourceStride), sourceStride);
        Columns(a.Column0, b.Column0, target, targetStride);
        Columns(a.Column1, b.Column1, target + targetStride, targetStride);
        Columns(a.Column2, b.Column2, target + (2 * targetStride), targetStride);
        Columns(a.Column3, b.Column3, target + (3 * targetStride), targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Columns(Vector256<float> a, Vector256<float> b, float* target, nint targetStride)
    {
        Avx.Permute2x128(a, b, 0x20).Store(target);
        Avx.Permute2x128(a, b, 0x31).Store(target + (4 * targetStride));
    }

    private static void Square4(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Vector128<float> r0 = Vector128.Load(source), r1 = Vector128.Load(source + sourceStride);
        Vector128<float> r2 = Vector128.Load(source + (2 * sourceStride)), r3 = Vector128.Load(source + (3 * sourceStride));
        for (int i = 0; i < 4; i++, target += targetStride) Vector128.Create(r0[i], r1[i], r2[i], r3[i]).Store(target);
    }

    // Four rows, transposed 4 × 4 within each 128-bit lane: lane q of ColumnJ is column 4q + J.
    private readonly ref struct Quad512
    {
        public readonly Vector512<float> Column0, Column1, Column2, Column3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Quad512(Vector512<float> r0, Vector512<float> r1, Vector512<float> r2, Vector512<float> r3)
        {
            Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble(), high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
            Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble(), high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
            Column0 = Avx512F.UnpackLow(low01, low23).AsSingle();
            Column1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
            Column2 = Avx512F.UnpackLow(high01, high23).AsSingle();
            Column3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quad512 Load(float* source, nint stride) =>
            new(Vector512.Load(source), Vector512.Load(source + stride), Vector512.Load(source + (2 * stride)), Vector512.Load(source + (3 * stride)));
    }

    private readonly ref struct Quad256
    {
        public readonly Vector256<float> Column0, Column1, Column2, Column3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Quad256(Vector256<float> r0, Vector256<float> r1, Vector256<float> r2, Vector256<float> r3)
        {
            Vector256<double> low01 = Avx.UnpackLow(r0, r1).AsDouble(), high01 = Avx.UnpackHigh(r0, r1).AsDouble();
            Vector256<double> low23 = Avx.UnpackLow(r2, r3).AsDouble(), high23 = Avx.UnpackHigh(r2, r3).AsDouble();
            Column0 = Avx.UnpackLow(low01, low23).AsSingle();
            Column1 = Avx.UnpackHigh(low01, low23).AsSingle();
            Column2 = Avx.UnpackLow(high01, high23).AsSingle();
            Column3 = Avx.UnpackHigh(high01, high23).AsSingle();
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quad256 Load(float* source, nint stride) =>
            new(Vector256.Load(source), Vector256.Load(source + stride), Vector256.Load(source + (2 * stride)), Vector256.Load(source + (3 * stride)));
    }
}
