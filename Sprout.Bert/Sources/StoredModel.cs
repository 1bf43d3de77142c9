// A model whose weights lie somewhere, by names.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Bert.Sources;

/// <summary>
/// A source of named tensors. Names with and without the encoder's prefix, and the old names gamma and beta, are understood. Where tensors lie and how they are
/// read is the derived class's part.
/// </summary>
public abstract class StoredModel : ModelSource
{
    /// <summary>Nobody else derives from it.</summary>
    private protected StoredModel() { }

    /// <inheritdoc/>
    public sealed override LoadReport Load(TaskModel model, ulong seed, bool onlyAnswers = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        // All shapes come first: asking a parameter for its value takes its memory.
        RequireEncoder(model, Lookup, PlaceOf);
        HashSet<Parameter> encoder = [.. model.Encoder.Parameters()];
        Dictionary<Parameter, LinearWeight> factors = onlyAnswers ? FactorsOf(model) : [];
        var missing = new List<string>();
        var mismatched = new List<string>();
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (Parameter parameter in model.Parameters())
        {
            if (Find(parameter.Name, model.EncoderPrefix) is StoredTensor tensor)
            {
                used.Add(tensor.Name);
                if (encoder.Contains(parameter) || HasShape(tensor, parameter.Shape))
                {
                    LoadChecked(tensor, parameter, factors.GetValueOrDefault(parameter));
                    continue;
                }

                mismatched.Add($"tensor \"{tensor.Name}\": expected shape {parameter.Shape}, found [{string.Join(", ", tensor.Extents)}]");
            }
            else
            {
                missing.Add(parameter.Name);
            }

            Initialization.Apply(parameter, model.Config.InitializerRange, seed);
        }

        return new LoadReport(missing, [.. Tensors.Select(tensor => tensor.Name).Where(name => !used.Contains(name))], mismatched);
    }

    /// <inheritdoc/>
    public sealed override StoredTensor? Find(string parameter, string encoderPrefix) => Find(parameter, encoderPrefix, Lookup);

    /// <summary>The tensor of a name; null when there is none.</summary>
    private protected abstract StoredTensor? Lookup(string name);

    /// <summary>What messages call the place of a tensor, such as its file.</summary>
    private protected abstract string PlaceOf(StoredTensor tensor);

    /// <summary>Reads a tensor into a parameter of its shape.</summary>
    /// <returns>How many of its values are not finite.</returns>
    private protected abstract long LoadInto(StoredTensor tensor, Parameter parameter);

    /// <summary>A tensor that lies sparse, for a layer that takes it so; null: it lies dense.</summary>
    private protected virtual SparseMatrix? ReadSparse(StoredTensor tensor) => null;

    /// <summary>A tensor of integers that products are computed in, for a layer that takes it so; null: products are in single precision.</summary>
    private protected virtual QuantizedMatrix? ReadQuantized(StoredTensor tensor) => null;

    /// <summary>
    /// Checks that the tensors confirm the encoder's sizes of the configuration: what it says is believed when the weights say it too, and before, nothing is
    /// made of it.
    /// </summary>
    /// <param name="lookup">The tensor of a name.</param>
    /// <param name="placeOf">What messages call its place.</param>
    /// <exception cref="InputException">A tensor is missing or of another shape.</exception>
    private protected void RequireEncoder(Func<string, StoredTensor?> lookup, Func<StoredTensor, string> placeOf)
    {
        using var nowhere = new ReferenceBackend();
        using SequenceClassifier model = Config.CreateClassifier(nowhere, outputs: 1);
        RequireEncoder(model, lookup, placeOf);
    }

    private static Dictionary<Parameter, LinearWeight> FactorsOf(TaskModel model) =>
        model.NamedModules().Select(named => named.Module).OfType<Autograd.Modules.Linear>().ToDictionary(layer => layer.Weight, layer => layer.Factor);

    private static bool HasShape(StoredTensor tensor, Shape shape) =>
        tensor.Extents.Count == shape.Rank && Enumerable.Range(0, shape.Rank).All(i => tensor.Extents[i] == shape[i]);

    private static StoredTensor? Find(string name, string prefix, Func<string, StoredTensor?> lookup)
    {
        foreach (string candidate in (string[])[name, name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name])
        {
            if (lookup(candidate) is StoredTensor tensor) return tensor;
            string old = candidate.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
                .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal);
            if (lookup(old) is StoredTensor renamed) return renamed;
        }

        return null;
    }

    private void RequireEncoder(TaskModel model, Func<string, StoredTensor?> lookup, Func<StoredTensor, string> placeOf)
    {
        HashSet<Parameter> essential = [.. model.EssentialParameters];
        foreach (Parameter parameter in model.Encoder.Parameters())
        {
            if (Find(parameter.Name, model.EncoderPrefix, lookup) is not StoredTensor tensor)
            {
                if (!essential.Contains(parameter)) continue;
                throw new InputException($"{Name}: expected the tensor \"{parameter.Name}\" {parameter.Shape}, found none of that name.");
            }

            if (HasShape(tensor, parameter.Shape)) continue;
            string found = string.Join(", ", tensor.Extents);
            throw new InputException($"{placeOf(tensor)}: tensor \"{tensor.Name}\": expected shape {parameter.Shape}, found [{found}].");
        }
    }

    private void LoadChecked(StoredTensor tensor, Parameter parameter, LinearWeight? factor)
    {
        // Its scales are finite, and so is what it holds.
        if (factor is not null && ReadQuantized(tensor) is QuantizedMatrix quantized)
        {
            factor.BecomeQuantized(quantized);
            return;
        }

        long notFinite;
        SparseMatrix? sparse = factor is null ? null : ReadSparse(tensor);
        if (sparse is null)
        {
            notFinite = LoadInto(tensor, parameter);
        }
        else
        {
            notFinite = NotFiniteException.Count(sparse.Values.Span);
            if (notFinite == 0) factor!.BecomeSparse(sparse);
        }

        NotFiniteException.RequireNone(PlaceOf(tensor), tensor.Name, notFinite, tensor.Count);
    }
}
