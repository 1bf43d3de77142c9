// The inputs of one function on one backend.
using System.Runtime.InteropServices;
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Tensors;
using Sprout.Tensors.Random;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Functions;

/// <summary>Makes inputs on one backend, the same numbers on every backend, and gives them back in the end.</summary>
internal sealed class Scene(IBackend backend) : IDisposable
{
    /// <summary>The seed of all dropouts; also the default of <see cref="GradCheck"/>.</summary>
    public const ulong Seed = 1;

    private readonly RandomStream random = new(seed: 20200515, stream: 7);
    private readonly List<Variable> inputs = [];
    private readonly List<IDisposable> owned = [];

    public IBackend Backend => backend;

    /// <summary>The inputs that get gradients, in the order they were made.</summary>
    public IReadOnlyList<Variable> Inputs => inputs;

    /// <summary>A tape whose dropouts have the scene's seed.</summary>
    public Tape Tape(bool recording = true)
    {
        var tape = new Tape(backend, recording);
        tape.SeedDropout(Seed, pass: 0);
        return tape;
    }

    /// <summary>An input of normal numbers of magnitude ½.</summary>
    public Variable Input(params ReadOnlySpan<int> extents) => Input(new Shape(extents));

    /// <summary>An input of normal numbers of magnitude ½.</summary>
    public Variable Input(Shape shape) => Input(shape, _ => Draw());

    /// <summary>An input with a value for each element.</summary>
    public Variable Input(Shape shape, Func<int, float> value)
    {
        var input = new Variable(Constant(shape, value), requiresGrad: true);
        inputs.Add(input);
        return input;
    }

    /// <summary>A parameter of normal numbers of magnitude ½.</summary>
    public Parameter Parameter(string name, params ReadOnlySpan<int> extents) => Parameter(name, new Shape(extents), _ => Draw());

    /// <summary>A parameter with a value for each element.</summary>
    public Parameter Parameter(string name, Shape shape, Func<int, float> value)
    {
        Parameter parameter = Own(new Parameter(backend, shape, name));
        parameter.Value.CopyFrom(Values(shape, value));
        inputs.Add(parameter);
        return parameter;
    }

    /// <summary>A linear layer of normal numbers of magnitude ½.</summary>
    public Linear Layer(int inputs, int outputs)
    {
        Linear layer = Own(new Linear(backend, inputs, outputs));
        foreach (Parameter parameter in layer.Parameters())
        {
            parameter.Value.CopyFrom(Values(parameter.Shape, _ => Draw()));
            this.inputs.Add(parameter);
        }

        return layer;
    }

    /// <summary>Makes an input one that gets no gradient.</summary>
    public void Freeze(Variable input)
    {
        input.RequiresGrad = false;
        inputs.Remove(input);
    }

    /// <summary>A tensor that is no input.</summary>
    public Tensor Constant(Shape shape, Func<int, float>? value = null) => Own(Tensor.From(backend, shape, Values(shape, value ?? (_ => Draw()))));

    /// <summary>Integers.</summary>
    public IntTensor Integers(params ReadOnlySpan<int> values) => Own(IntTensor.From(backend, values));

    /// <summary>A mask that keeps about half, or factors from 0 to 1.</summary>
    public Mask? RandomMask(MaskKind kind, Shape shape)
    {
        if (kind == MaskKind.None) return null;
        if (kind == MaskKind.Gates)
        {
            Mask gates = Own(Mask.OfGates(backend, shape));
            gates.Gates!.CopyFrom(Values(shape, _ => (float)random.NextDouble()));
            return gates;
        }

        Mask mask = Own(Mask.OfBits(backend, shape));
        var words = new int[mask.Bits!.Length];
        for (int i = 0; i < shape.Count; i++) words[i / 32] |= random.NextInt(2) << (i % 32);
        backend.Upload(MemoryMarshal.AsBytes<int>(words), mask.Bits.Buffer, 0);
        return mask;
    }

    /// <summary>A normal number of magnitude ½.</summary>
    public float Draw() => 0.5f * random.Normal();

    public void Dispose()
    {
        foreach (Variable input in inputs) input.ReleaseGrad();
        foreach (IDisposable item in owned) item.Dispose();
    }

    private static float[] Values(Shape shape, Func<int, float> value) => [.. Enumerable.Range(0, (int)shape.Count).Select(value)];

    private T Own<T>(T item) where T : IDisposable
    {
        owned.Add(item);
        return item;
    }
}
