// One row against a packed weight: the last layer's only token, a pooler, a classifier.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Cpu.Threads;
using Sprout.Tensors.Simd;
using static Sprout.Tensors.Cpu.Threads.Division;

namespace Sprout.Tensors.Cpu.Gemm;

/// <summary>
/// c [N] = or += a · B for one row a and the panels of B = Wᵀ. A tile of the blocked product would compute as many rows as it has; here its accumulators are
/// columns of more panels, and memory is the limit. A sum adds in the blocked product's order, kc by kc, to the same bits. A piece is some panels.
/// </summary>
internal readonly unsafe struct RowProduct<V, TEpilogue>(Product product, float* panels, TEpilogue epilogue) : IWork
    where V : struct, IVector<V>
    where TEpilogue : struct, IEpilogue
{
    // Panels whose columns are summed side by side: eight accumulators hide a multiplication's latency.
    private const int Together = 4;

    // Multiply-adds of a piece, 5 µs or more; they mostly wait for memory.
    private const long PieceWork = 1 << 17;

    private readonly int kc = Blocking<V>.SliceOf(product.K);
    private readonly nint stride = RegisterTile<V>.PanelsOfB(product.N).Stride(product.K);

    /// <summary>Whether a product is of this kind: it has one row, and panels are two registers wide.</summary>
    public static bool Suits(in Product product) => product.M == 1 && NR == 2 * V.Lanes;

    public int Pieces => DivideUp(DivideUp(product.N, NR), PanelsOfPiece);

    private static int NR => RegisterTile<V>.NR;

    private int PanelsOfPiece => (int)Math.Clamp(PieceWork / Math.Max((long)Together * NR * product.K, 1), 1, 1 << 16) * Together;

    [SkipLocalsInit]
    public void Run(int piece)
    {
        int first = piece * PanelsOfPiece, end = Math.Min(first + PanelsOfPiece, DivideUp(product.N, NR)), endColumn = Math.Min(end * NR, product.N);
        float* edge = stackalloc float[NR];
        for (int slice = 0; slice < product.K || slice == 0; slice += kc)
        {
            nint depth = Math.Min(kc, product.K - slice);
            bool accumulate = product.Accumulate || slice > 0;
            float* a = product.A + slice;
            int panel = first;
            for (; panel + Together <= end && (panel + Together) * NR <= product.N; panel += Together)
                FourPanels(depth, a, PanelOf(panel, slice), stride, product.C + (panel * NR), accumulate);
            for (; panel < end; panel++)
            {
                float* c = product.C + (panel * NR);
                int columns = Math.Min(NR, product.N - (panel * NR));
                if (columns == NR) OnePanel(depth, a, PanelOf(panel, slice), c, accumulate);
                else Edge(depth, a, PanelOf(panel, slice), c, columns, edge, accumulate);
            }
        }

        epilogue.Apply(0, first * NR, 1, endColumn - (first * NR));
    }

    [MethodImpl(Jit.Kernel)]
    private static void FourPanels(nint kc, float* a, float* b, nint stride, float* c, bool accumulate)
    {
        Row2<V> c0 = default, c1 = default, c2 = default, c3 = default;
        float* b1 = b + stride, b2 = b1 + stride, b3 = b2 + stride;
        nint at = 0;
        for (float* end = a + kc; a < end; a++, at += NR)
        {
            c0.Add(*a, V.Load(b + at), V.Load(b + at + V.Lanes));
            c1.Add(*a, V.Load(b1 + at), V.Load(b1 + at + V.Lanes));
            c2.Add(*a, V.Load(b2 + at), V.Load(b2 + at + V.Lanes));
            c3.Add(*a, V.Load(b3 + at), V.Load(b3 + at + V.Lanes));
        }

        c0.Store(c, accumulate);
        c1.Store(c + NR, accumulate);
        c2.Store(c + (2 * NR), accumulate);
        c3.Store(c + (3 * NR), accumulate);
    }

    [MethodImpl(Jit.Kernel)]
    private static void OnePanel(nint kc, float* a, float* b, float* c, bool accumulate)
    {
        Row2<V> sums = default;
        for (float* end = a + kc; a < end; a++, b += NR) sums.Add(*a, V.Load(b), V.Load(b + V.Lanes));
        sums.Store(c, accumulate);
    }

    // The last panel, of which only some columns are there.
    private static void Edge(nint kc, float* a, float* b, float* c, int columns, float* edge, bool accumulate)
    {
        OnePanel(kc, a, b, edge, accumulate: false);
        for (int column = 0; column < columns; column++) c[column] = accumulate ? c[column] + edge[column] : edge[column];
    }

    private float* PanelOf(int panel, int k) => panels + (panel * stride) + ((nint)k * NR);
}
