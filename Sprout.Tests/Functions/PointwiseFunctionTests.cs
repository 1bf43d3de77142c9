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
        Variable x = scene.Input(shape, i => AwayFromZero(scene.Draw()));
        return Subject.Of(
            tape => PointwiseFunction<TOp>.Apply(tape, x),
            () => [.. Plain.Read(x).Select(OpFormulaTests.Formulas[typeof(TOp)].Function)]);
    });

    // Farther than the differences reach, for ReLU.
    private static float AwayFromZero(float x) => x + MathF.CopySign(0.1f, x);
}
