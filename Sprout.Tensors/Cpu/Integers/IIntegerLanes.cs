// Sums of 8-bit products on one kind of processor.
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Cpu.Integers;

/// <summary>
/// 64 bytes in registers: 16 sums of 32 bits, one an output, or the weights of 16 outputs and 4 inputs, [output][input]. Sums are exact, so every kind of
/// processor gives the same bits.
/// </summary>
internal unsafe interface IIntegerLanes<TSelf> where TSelf : struct, IIntegerLanes<TSelf>
{
    /// <summary>Reads 64 weights.</summary>
    static abstract TSelf Load(sbyte* weights);

    /// <summary>Adds the products of 4 inputs, of 7 bits each, and 64 weights.</summary>
    static abstract TSelf Add(TSelf sums, byte* x, TSelf weights);

    /// <summary>The same of two steps that <see cref="IntegerSteps.FitSixteenBits"/>.</summary>
    static abstract TSelf AddPair(TSelf sums, byte* x0, TSelf weights0, byte* x1, TSelf weights1);

    /// <summary>y = or += (float)(sum − zero · weightSum) · (row scale · scale) for 16 outputs.</summary>
    static abstract void Store(TSelf sums, in RowQuantization row, int* weightSums, float* scales, float* y, bool accumulate);
}
