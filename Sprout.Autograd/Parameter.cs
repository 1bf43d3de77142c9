// A trained tensor.
using Sprout.Tensors;

namespace Sprout.Autograd;

/// <summary>A tensor that training changes. It owns its value and the memory of its gradient, which accumulates over backward passes until <see cref="ZeroGrad"/>.</summary>
public sealed class Parameter : Variable, IDisposable
{
    /// <summary>A parameter of zeros; those of a model get their names from its root.</summary>
    public Parameter(IBackend backend, Shape shape, string name = "") : base(Tensor.Zeros(backend, shape), requiresGrad: true) => Name = name;

    /// <summary>The name in the model's state dictionary, such as "bert.pooler.dense.weight".</summary>
    public string Name { get; internal set; }

    /// <summary>Starts a new sum of gradients; costs nothing, the memory stays.</summary>
    public void ZeroGrad() => HasGrad = false;

    /// <summary>Gives value and gradient back to the device.</summary>
    public void Dispose()
    {
        ReleaseGrad();
        Value.Dispose();
    }
}
