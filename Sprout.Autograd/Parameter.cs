// A trained tensor.
using Sprout.Tensors;

namespace Sprout.Autograd;

/// <summary>
/// A tensor that training changes. It owns its value and the memory of its gradient, which accumulates over backward passes until <see cref="ZeroGrad"/>.
/// The value takes memory when it is first used, so a model costs nothing before its weights are loaded.
/// </summary>
public sealed class Parameter : Variable, IDisposable
{
    private readonly float start;

    /// <summary>A parameter whose elements are all <paramref name="start"/>; those of a model get their names from its root.</summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="name">Its name in the state dictionary.</param>
    /// <param name="start">The value of all elements before anything is loaded.</param>
    /// <param name="decays">Whether weight decay applies to it.</param>
    public Parameter(IBackend backend, Shape shape, string name = "", float start = 0, bool decays = true) : base(backend, shape, requiresGrad: true)
    {
        Name = name;
        this.start = start;
        Decays = decays;
    }

    /// <summary>The name in the model's state dictionary, such as "bert.pooler.dense.weight".</summary>
    public string Name { get; internal set; }

    /// <summary>Whether weight decay is meant for it: matrices and tables, not biases and norms. Trainers group by this; optimisers see groups.</summary>
    public bool Decays { get; }

    /// <summary>Whether what it stands for is kept in another form, so that asking for its value is a mistake.</summary>
    internal bool HasNoValue { get; private set; }

    /// <summary>Gives the value back; what it stands for is kept in another form from now on.</summary>
    internal void LoseValue()
    {
        HasNoValue = true;
        ForgetValue();
    }

    /// <summary>Starts a new sum of gradients; costs nothing, the memory stays.</summary>
    public void ZeroGrad() => HasGrad = false;

    /// <summary>Gives value and gradient back to the device.</summary>
    public void Dispose()
    {
        ReleaseGrad();
        DisposeValue();
    }

    /// <inheritdoc/>
    private protected override void RequireStart()
    {
        if (HasNoValue) throw new InvalidOperationException($"\"{Name}\" was loaded as a sparse matrix and has no dense value: load the model for training.");
    }

    /// <inheritdoc/>
    private protected override void Start(Tensor value) => Backend.Fill(value, start);
}
