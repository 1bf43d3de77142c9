// Two linear layers with a squared error: enough of a network to prune.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Autograd.Modules;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Pruning;

/// <summary>y = W₂ (W₁ x + b₁) + b₂ for 5 examples of 12 inputs, 6 hidden units and 4 outputs, everything random; loss = mean squared error.</summary>
internal sealed class SmallNet : Module
{
    public const int Examples = 5, Inputs = 12, Hidden = 6, Outputs = 4;

    private readonly Tensor x, target;

    public SmallNet(IBackend backend, ulong seed = 1, float weightScale = 0.5f)
    {
        Backend = backend;
        First = Add("first", new Linear(backend, Inputs, Hidden));
        Second = Add("second", new Linear(backend, Hidden, Outputs));
        AssignNames("net");
        var random = new RandomStream(seed, 0);
        foreach (Parameter parameter in Parameters()) parameter.Value.CopyFrom(Normal(random, parameter.Shape.Count, weightScale));
        x = Tensor.From(backend, new Shape(Examples, Inputs), Normal(random, Examples * Inputs, 1));
        target = Tensor.From(backend, new Shape(Examples, Outputs), Normal(random, Examples * Outputs, 1));
    }

    public IBackend Backend { get; }

    public Linear First { get; }

    public Linear Second { get; }

    public IReadOnlyList<Linear> Layers => [First, Second];

    public static float[] Normal(RandomStream random, long count, float scale)
    {
        var values = new float[count];
        for (int i = 0; i < values.Length; i++) values[i] = random.Normal() * scale;
        return values;
    }

    public Pruner Prune(PruningOptions options, int totalSteps = 100, ulong seed = 7) =>
        new(new WrittenOut(PruningMethods.Create(options)), Layers, unprunedParameters: 10, totalSteps, seed);

    public double Loss()
    {
        using var tape = new Tape(Backend, recording: false);
        Variable loss = LossFunction.Zero(tape);
        AddLoss(tape, loss);
        return loss.Value.Item();
    }

    public double Backward()
    {
        foreach (Parameter parameter in Parameters()) parameter.ZeroGrad();
        using var tape = new Tape(Backend);
        Variable loss = LossFunction.Zero(tape);
        AddLoss(tape, loss);
        double value = loss.Value.Item();
        tape.Backward(loss);
        return value;
    }

    /// <summary>The loss in double, for comparisons finer than a float.</summary>
    public double ExactLoss()
    {
        double[] hidden = Product([.. x.ToArray().Select(value => (double)value)], First), y = Product(hidden, Second);
        return y.Zip(target.ToArray(), (value, wanted) => (value - wanted) * (value - wanted)).Sum() / y.Length;
    }

    public override void Dispose()
    {
        x.Dispose();
        target.Dispose();
        base.Dispose();
    }

    /// <summary>The kept entries of a matrix as the layer's product sees them.</summary>
    public static float[] Factors(Linear layer)
    {
        using Tensor ones = Tensor.Rent(layer.Weight.Backend, layer.Weight.Shape);
        ones.Backend.Fill(ones, 1f);
        if (layer.Factor.Mask is Mask mask) ones.Backend.ApplyMask(ones, mask, ones);
        return ones.ToArray();
    }

    /// <summary>The gradient of a function of one element of a tensor by central differences.</summary>
    public static double Difference(Tensor tensor, int index, double step, Func<double> function)
    {
        float[] values = tensor.ToArray();
        float middle = values[index];
        float high = (float)(middle + step), low = (float)(middle - step);
        values[index] = high;
        tensor.CopyFrom(values);
        double above = function();
        values[index] = low;
        tensor.CopyFrom(values);
        double below = function();
        values[index] = middle;
        tensor.CopyFrom(values);
        return (above - below) / ((double)high - low);
    }

    private static double[] Product(double[] x, Linear layer)
    {
        float[] weight = layer.Weight.Value.ToArray(), bias = layer.Bias.Value.ToArray(), factors = Factors(layer);
        int inputs = layer.Weight.Shape[1], outputs = layer.Weight.Shape[0];
        var y = new double[x.Length / inputs * outputs];
        for (int i = 0; i < y.Length; i++)
        {
            int row = i / outputs, output = i % outputs;
            y[i] = bias[output] + Enumerable.Range(0, inputs).Sum(k => x[(row * inputs) + k] * weight[(output * inputs) + k] * factors[(output * inputs) + k]);
        }

        return y;
    }

    private void AddLoss(Tape tape, Variable loss)
    {
        Variable y = Second.Forward(tape, First.Forward(tape, new Variable(x)));
        SquaredErrorFunction.Apply(tape, y, target, 1f / (Examples * Outputs), loss);
    }
}
