// Every pointwise operator as a function.
using System.Reflection;
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Tensors;
using Sprout.Tensors.Ops;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Functions;

public sealed class PointwiseFunctionTests : FunctionTests
{
    private static readonly MethodInfo Of = typeof(PointwiseFunctionTests).GetMethod(nameof(OfOperator), BindingFlags.NonPublic | BindingFlags.Static)!;

    // By reflection, so that a new operator is checked without being named here.
    internal override IEnumerable<FunctionCase> Cases =>
        from op in KernelMenu.PointwiseOperators
        from shape in new Shape[] { new(0), new(1), new(3, 3), new(2, 3, 5), new(33) }
        select (FunctionCase)Of.MakeGenericMethod(op).Invoke(null, [shape])!;

    private static FunctionCase OfOperator<TOp>(Shape shape) where TOp : struct, IPointwise => new($"{typeof(TOp).Name} {shape}", scene =>
    {
        OpFormulaTests.Formula formula = OpFormulaTests.Formulas[typeof(TOp)];
        Variable x = scene.Input(shape, _ => Place(scene.Draw(), formula));
        return Subject.Of(tape => PointwiseFunction<TOp>.Apply(tape, x), () => [.. Plain.Read(x).Select(formula.Function)]);
    });

    // Farther from the kink of ReLU than the differences reach, and where the logarithm exists and bends little.
    private static float Place(float x, OpFormulaTests.Formula formula) => formula.From >= 0 ? 0.5f + MathF.Abs(x) : x + MathF.CopySign(0.1f, x);
}
