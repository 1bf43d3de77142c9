// Matrices with empty rows and columns.
using Sprout.Autograd.Modules;

namespace Sprout.Tests.Export;

internal static class Holes
{
    /// <summary>Makes some rows or columns of a weight 0, or −0; the bias stays.</summary>
    public static void Clear(Linear layer, Func<int, bool>? row = null, Func<int, bool>? column = null)
    {
        float[] values = layer.Weight.Value.ToArray();
        int columns = layer.Weight.Shape[1];
        for (int i = 0; i < values.Length; i++)
            if ((row?.Invoke(i / columns) ?? false) || (column?.Invoke(i % columns) ?? false)) values[i] = -0f;
        layer.Weight.Value.CopyFrom(values);
    }
}
