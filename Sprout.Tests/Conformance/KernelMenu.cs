using Sprout.Tensors;
using Sprout.Tensors.Ops;
using Sprout.Tests.Conformance.Cases;

namespace Sprout.Tests.Conformance;

/// <summary>The kernels of <see cref="IBackend"/>, the cases that test them, and the sizes that all cases share.</summary>
internal static class KernelMenu
{
    /// <summary>Around the vector widths 4, 8, 16 and 32, and one that is more than one piece of work.</summary>
    public static readonly int[] Lengths = [0, 1, 3, 7, 8, 9, 31, 33, 127, 1023, 70_001];

    /// <summary>Rows and columns: few, many, none.</summary>
    public static readonly (int Rows, int Columns)[] Matrices =
        [(0, 9), (1, 1), (1, 127), (5, 3), (5, 7), (5, 8), (5, 9), (5, 31), (5, 33), (5, 127), (5, 1023), (300, 33), (70, 515), (5000, 7)];

    /// <summary>A dropout whose key and stream need all their bits.</summary>
    public static readonly Dropout Dropout = new(0.1f, 0x0123456789ABCDEF, 0xFEDCBA9876543210);

    private static readonly string[] DeviceMembers =
    [
        nameof(IBackend.Allocate), nameof(IBackend.Free), nameof(IBackend.Upload), nameof(IBackend.Download), nameof(IBackend.Synchronize),
        nameof(IBackend.MeasurePeak),
    ];

    private static readonly ILookup<string, KernelCase> CasesByKernel = new[]
    {
        ElementsCases.All, MatMulCases.All, MatrixCases.All, LayerNormCases.All, GatherCases.All, AttentionCases.All, SoftmaxCases.All, LossCases.All,
        SelectionCases.All, MaskingCases.All, GatingCases.All, AdamWCases.All,
    }.SelectMany(cases => cases).ToLookup(test => test.Kernel);

    /// <summary>The names of all kernels.</summary>
    public static IEnumerable<string> Kernels =>
        typeof(IBackend).GetMethods().Where(method => !method.IsSpecialName).Select(method => method.Name).Except(DeviceMembers);

    /// <summary>All pointwise operators of the engine.</summary>
    public static IEnumerable<Type> PointwiseOperators =>
        typeof(IPointwise).Assembly.GetTypes().Where(type => type.IsValueType && type.IsAssignableTo(typeof(IPointwise)));

    /// <summary>The cases of one kernel.</summary>
    public static IEnumerable<KernelCase> CasesOf(string kernel) => CasesByKernel[kernel];
}
