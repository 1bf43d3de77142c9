// Every pointwise formula, in every vector width, against double precision.
using System.Reflection;
using Sprout.Tensors.Cpu;
using Sprout.Tensors.Ops;
using Sprout.Tensors.Simd;

namespace Sprout.Tests.Conformance;

public sealed unsafe class OpFormulaTests
{
    // The grid is dense where the functions bend and reaches where they saturate; the last values are where exp over- and underflows.
    private static readonly float[] Grid =
    [
        .. Enumerable.Range(-20 * 64, (40 * 64) + 1).Select(i => i / 64f),
        .. new[] { 1e-30f, 1e-10f, 1e-5f, 1e-3f, 0.29999f, 0.30001f, 50f, 88f, 90f }.SelectMany(x => new[] { x, -x }),
        -0f,
    ];

    /// <summary>
    /// The function in double, how far the float formula and its derivative may be from it, from where on it is defined, and where there is no derivative to
    /// compare.
    /// </summary>
    internal sealed record Formula(
        Func<double, double> Function, Tolerance Value, Tolerance Slope, Func<float, bool>? IsKink = null, double From = double.NegativeInfinity);

    internal static readonly Dictionary<Type, Formula> Formulas = new()
    {
        [typeof(Identity)] = new(x => x, Tolerance.Exact, new(1e-6, 0)),
        [typeof(Relu)] = new(x => Math.Max(x, 0), Tolerance.Exact, new(1e-6, 0), x => Math.Abs(x) < 2.5e-3),
        // The documented bounds of the files of each operator, and a little for the last rounding.
        [typeof(Exp)] = new(x => Math.Exp(Math.Clamp(x, -87.3f, 88.3f)), new(3.5e-7, 0), new(3.5e-7, 1e-9), x => Math.Abs(x) > 87),
        [typeof(Sigmoid)] = new(x => 1 / (1 + Math.Exp(-x)), new(5e-7, 1e-38), new(0, 5e-7)),
        [typeof(Tanh)] = new(Math.Tanh, new(5e-7, 0), new(0, 1e-6)),
        [typeof(Gelu)] = new(x => x * (1 + Erf(x / Math.Sqrt(2))) / 2, new(2e-7, 5e-7), new(0, 1e-6)),
        // Where x is small, the difference has no room.
        [typeof(Log)] = new(Math.Log, new(3.5e-7, 0), new(2e-7, 1e-8), x => x < 0.25f, From: 1.2e-38),
        // The slope multiplies 1 − tanh², off by a rounding or two, by up to 9 where tanh is about to reach 1.
        [typeof(GeluTanh)] = new(x => x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))) / 2, new(5e-7, 5e-7), new(0, 3e-6)),
    };

    public static TheoryData<Type, Type> OperatorsAndWidths
    {
        get
        {
            List<Type> widths = [typeof(Scalar), typeof(V128)];
            if (InstructionSets.IsSupported(InstructionSet.Avx2)) widths.Add(typeof(V256));
            if (InstructionSets.IsSupported(InstructionSet.Avx512)) widths.Add(typeof(V512));
            var data = new TheoryData<Type, Type>();
            foreach (Type op in KernelMenu.PointwiseOperators)
                foreach (Type width in widths) data.Add(op, width);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(OperatorsAndWidths))]
    public void Formula_and_derivative_are_those_of_the_double_function(Type op, Type width)
    {
        Formulas.Should().ContainKey(op, "every operator needs its function in double here");
        Formula formula = Formulas[op];
        MethodInfo evaluate = typeof(OpFormulaTests).GetMethod(nameof(Evaluate), BindingFlags.NonPublic | BindingFlags.Static)!;
        var (values, slopes) = ((float[], float[]))evaluate.MakeGenericMethod(op, width).Invoke(null, null)!;

        List<string> faults = [];
        for (int i = 0; i < Grid.Length; i++)
        {
            if (Grid[i] < formula.From) continue;
            double x = Grid[i], value = formula.Function(x);
            if (!formula.Value.Accepts(value, values[i])) faults.Add($"f({x:G9}) expected {value:G9}, found {values[i]:G9}");
            if (formula.IsKink?.Invoke(Grid[i]) == true) continue;
            double slope = CentralDifference(formula.Function, x);
            if (!formula.Slope.Accepts(slope, slopes[i])) faults.Add($"f'({x:G9}) expected {slope:G9}, found {slopes[i]:G9}");
        }

        faults.Should().BeEmpty();
    }

    [Fact]
    public void The_error_function_here_has_known_values()
    {
        Erf(0).Should().Be(0);
        Erf(0.5).Should().BeApproximately(0.5204998778130465, 1e-15);
        Erf(-1).Should().BeApproximately(-0.8427007929497149, 1e-15);
        Erf(3).Should().BeApproximately(0.9999779095030014, 1e-15);
    }

    private static (float[] Values, float[] Slopes) Evaluate<TOp, V>() where TOp : struct, IPointwise where V : struct, IVector<V>
    {
        // Padded to whole registers.
        int padded = (Grid.Length + V.Lanes - 1) / V.Lanes * V.Lanes;
        float[] inputs = [.. Grid, .. new float[padded - Grid.Length]], values = new float[padded], slopes = new float[padded];
        fixed (float* x = inputs, y = values, slope = slopes)
        {
            for (int i = 0; i < padded; i += V.Lanes)
            {
                V input = V.Load(x + i), value = TOp.Forward(input);
                V.Store(value, y + i);
                V.Store(TOp.Derivative(input, value), slope + i);
            }
        }

        return (values, slopes);
    }

    // Fourth order, so that both the truncation and the rounding error stay below 1e-11 of the values.
    private static double CentralDifference(Func<double, double> f, double x)
    {
        const double h = 1e-3;
        return ((8 * (f(x + h) - f(x - h))) - (f(x + (2 * h)) - f(x - (2 * h)))) / (12 * h);
    }

    // erf(x) = 2/√π e^(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·5⋯(2n+1)): all terms have one sign, so nothing cancels; beyond 6 it is ±1 in double.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6) return Math.Sign(x);
        double sum = 0, term = x;
        for (int n = 1; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            sum += term;
            term *= 2 * x * x / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
