// A tree of parameters with the names of a state dictionary.
using Sprout.Tensors;

namespace Sprout.Autograd.Modules;

/// <summary>A part of a model: parameters and child modules by name. Names joined with dots are the keys of Hugging Face state dictionaries.</summary>
public abstract class Module : IDisposable
{
    private readonly List<(string Name, Module Module)> children = [];
    private readonly List<(string Name, Parameter Parameter)> parameters = [];

    /// <summary>All parameters below, with their full names, in the order of construction.</summary>
    public IEnumerable<Parameter> Parameters()
    {
        foreach ((_, Parameter parameter) in parameters) yield return parameter;
        foreach ((_, Module child) in children)
            foreach (Parameter parameter in child.Parameters()) yield return parameter;
    }

    /// <summary>All modules below with their full names, this one ("") first.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules()
    {
        yield return ("", this);
        foreach ((string name, Module child) in children)
            foreach ((string inner, Module module) in child.NamedModules()) yield return (Join(name, inner), module);
    }

    /// <summary>Gives all parameters back to the device.</summary>
    public virtual void Dispose()
    {
        foreach ((_, Parameter parameter) in parameters) parameter.Dispose();
        foreach ((_, Module child) in children) child.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Adds a child module.</summary>
    protected T Add<T>(string name, T module) where T : Module
    {
        children.Add((name, module));
        return module;
    }

    /// <summary>Adds a parameter.</summary>
    /// <param name="backend">Where it lives.</param>
    /// <param name="name">Its name within this module.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="start">The value of all elements before anything is loaded.</param>
    /// <param name="decays">Whether weight decay applies to it.</param>
    protected Parameter AddParameter(IBackend backend, string name, Shape shape, float start = 0, bool decays = true)
    {
        var parameter = new Parameter(backend, shape, name, start, decays);
        parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Gives every parameter below its full name; the root of a model calls this once when it is complete.</summary>
    protected void AssignNames(string prefix = "")
    {
        foreach ((string name, Parameter parameter) in parameters) parameter.Name = Join(prefix, name);
        foreach ((string name, Module child) in children) child.AssignNames(Join(prefix, name));
    }

    private static string Join(string left, string right) => left.Length == 0 ? right : right.Length == 0 ? left : $"{left}.{right}";
}
