// A linear layer in plain arrays.
namespace Sprout.Pruning.Structure;

/// <summary>y = W x + b in plain arrays.</summary>
/// <param name="Outputs">Rows of W; may be 0.</param>
/// <param name="Inputs">Columns of W; may be 0.</param>
/// <param name="Weight">W [outputs, inputs], row-major.</param>
/// <param name="Bias">b [outputs].</param>
public sealed record LinearArrays(int Outputs, int Inputs, float[] Weight, float[] Bias)
{
    /// <summary>The layer with only some of its outputs.</summary>
    internal LinearArrays WithOutputs(int[] kept)
    {
        var weight = new float[(long)kept.Length * Inputs];
        for (int i = 0; i < kept.Length; i++) Row(kept[i]).CopyTo(weight.AsSpan(i * Inputs, Inputs));
        return new LinearArrays(kept.Length, Inputs, weight, [.. kept.Select(row => Bias[row])]);
    }

    /// <summary>The layer with only some of its inputs; each of the others always has the same value, which the bias takes up.</summary>
    /// <param name="kept">Inputs that stay, in rising order.</param>
    /// <param name="constants">The value of every input that goes; what it says of those that stay is not looked at.</param>
    internal LinearArrays WithInputs(int[] kept, float[] constants)
    {
        int[] gone = [.. Enumerable.Range(0, Inputs).Except(kept)];
        var weight = new float[(long)Outputs * kept.Length];
        var bias = new float[Outputs];
        for (int row = 0; row < Outputs; row++)
        {
            ReadOnlySpan<float> from = Row(row);
            for (int i = 0; i < kept.Length; i++) weight[((long)row * kept.Length) + i] = from[kept[i]];
            double sum = Bias[row];
            foreach (int input in gone) sum += (double)from[input] * constants[input];
            bias[row] = (float)sum;
        }

        return new LinearArrays(Outputs, kept.Length, weight, bias);
    }

    /// <summary>The layer with more outputs, which are 0.</summary>
    /// <param name="places">Where each output goes, in rising order.</param>
    /// <param name="count">How many there are then.</param>
    internal LinearArrays AmongOutputs(int[] places, int count)
    {
        var weight = new float[(long)count * Inputs];
        var bias = new float[count];
        for (int i = 0; i < places.Length; i++)
        {
            Row(i).CopyTo(weight.AsSpan(places[i] * Inputs, Inputs));
            bias[places[i]] = Bias[i];
        }

        return new LinearArrays(count, Inputs, weight, bias);
    }

    /// <summary>The layer with more inputs, which it multiplies by 0.</summary>
    /// <param name="places">Where each input goes, in rising order.</param>
    /// <param name="count">How many there are then.</param>
    internal LinearArrays AmongInputs(int[] places, int count)
    {
        var weight = new float[(long)Outputs * count];
        for (int row = 0; row < Outputs; row++)
            for (int i = 0; i < places.Length; i++) weight[((long)row * count) + places[i]] = Row(row)[i];
        return new LinearArrays(Outputs, count, weight, Bias);
    }

    private ReadOnlySpan<float> Row(int row) => Weight.AsSpan(row * Inputs, Inputs);
}
