// An ONNX graph while it grows.
using System.Globalization;
using Google.Protobuf;
using Sprout.Tensors;

namespace Sprout.Export.Onnx;

/// <summary>
/// An ONNX graph while it grows, and its file: ModelProto of onnx.proto in the ONNX repository, operator set 17. Values go by their names. The fields are
/// written by number, so that no weight is in memory twice, and no tool is needed to build.
/// </summary>
internal sealed class OnnxGraph
{
    private const int OperatorSet = 17;
    private const int FormatVersion = 8;

    // What every reader of protocol buffers accepts.
    private const long MaxLength = int.MaxValue;

    private readonly List<byte[]> nodes = [], inputs = [], outputs = [];
    private readonly Dictionary<string, OnnxTensor> tensors = new(StringComparer.Ordinal);
    private int values;

    /// <summary>Adds an input.</summary>
    public void Input(string name, OnnxType type, params string[] axes) => inputs.Add(Value(name, type, axes));

    /// <summary>Makes a value an output.</summary>
    /// <param name="name">The value.</param>
    /// <param name="axes">Its axes: names of dynamic ones, or numbers.</param>
    public void Output(string name, params string[] axes) => outputs.Add(Value(name, OnnxType.Float, axes));

    /// <summary>Adds a stored tensor, once a name.</summary>
    /// <returns>Its name.</returns>
    public string Tensor(OnnxTensor tensor)
    {
        tensors.TryAdd(tensor.Name, tensor);
        return tensor.Name;
    }

    /// <summary>Adds numbers in single precision; without extents they are a vector.</summary>
    public string Floats(string name, float[] values, params long[] extents) =>
        Tensor(new OnnxTensor(name, extents.Length == 0 ? [values.Length] : extents, OnnxType.Float, values));

    /// <summary>Adds a constant.</summary>
    public string Scalar(float value) =>
        Tensor(new OnnxTensor(string.Create(CultureInfo.InvariantCulture, $"constant {value}"), [], OnnxType.Float, new[] { value }));

    /// <summary>Adds a vector of whole numbers.</summary>
    public string Integers(params long[] value) => Tensor(new OnnxTensor($"integers {string.Join(' ', value)}", [value.Length], OnnxType.Int64, value));

    /// <summary>Adds an operator with one result.</summary>
    /// <param name="type">Its name in the operator set.</param>
    /// <param name="from">What it takes.</param>
    /// <param name="attributes">Whole numbers, numbers in single precision and vectors of whole numbers, by name.</param>
    /// <returns>The result's name.</returns>
    public string Add(string type, string[] from, params (string Name, object Value)[] attributes) =>
        Add(type, from, 1, attributes)[0];

    /// <summary>Adds an operator with several results.</summary>
    public string[] Add(string type, string[] from, int results, params (string Name, object Value)[] attributes)
    {
        string[] to = [.. Enumerable.Range(0, results).Select(_ => string.Create(CultureInfo.InvariantCulture, $"{type}_{++values}"))];
        Add(type, from, to, attributes);
        return to;
    }

    /// <summary>Gives a value another name.</summary>
    public string Rename(string value, string name)
    {
        Add("Identity", [value], [name], []);
        return name;
    }

    /// <summary>Checks that the graph fits into one file.</summary>
    /// <param name="source">What the message calls the model.</param>
    /// <exception cref="InputException">It does not.</exception>
    public void RequireFits(string source)
    {
        // Names and operators take far less than the difference.
        long bytes = tensors.Values.Sum(tensor => tensor.DataLength), limit = MaxLength - (1 << 24);
        if (bytes > limit)
            throw new InputException($"{source}: expected at most {limit} bytes of weights, which is what an ONNX file holds, found {bytes}.");
    }

    /// <summary>Writes the model.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Write(Stream stream, CancellationToken cancellation)
    {
        (OnnxTensor Tensor, byte[] Head)[] stored = [.. tensors.Values.Select(tensor => (tensor, tensor.Head()))];
        byte[] operators = ProtoWriting.Message(output =>
        {
            foreach (byte[] node in nodes) output.Nested(1, node);
            output.Text(2, "sprout");
        });
        byte[] ends = ProtoWriting.Message(output =>
        {
            foreach (byte[] input in inputs) output.Nested(11, input);
            foreach (byte[] result in outputs) output.Nested(12, result);
        });
        byte[][] prefixes = [.. stored.Select(item => ProtoWriting.Message(output => output.Length(5, item.Head.Length + item.Tensor.DataLength)))];
        long length = operators.Length + ends.Length;
        for (int i = 0; i < stored.Length; i++) length += prefixes[i].Length + stored[i].Head.Length + stored[i].Tensor.DataLength;
        stream.Write(ProtoWriting.Message(output =>
        {
            output.Integer(1, FormatVersion);
            output.Text(2, "sprout");
            output.Nested(8, ProtoWriting.Message(version => version.Integer(2, OperatorSet)));
            output.Length(7, length);
        }));
        stream.Write(operators);
        for (int i = 0; i < stored.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            stream.Write(prefixes[i]);
            stream.Write(stored[i].Head);
            stored[i].Tensor.WriteData(stream);
        }

        stream.Write(ends);
    }

    private void Add(string type, string[] from, string[] to, (string Name, object Value)[] attributes) => nodes.Add(ProtoWriting.Message(output =>
    {
        foreach (string name in from) output.Text(1, name);
        foreach (string name in to) output.Text(2, name);
        output.Text(3, to[0]);
        output.Text(4, type);
        foreach ((string name, object value) in attributes) output.Nested(5, ProtoWriting.Message(attribute => Attribute(attribute, name, value)));
    }));

    // AttributeProto; its type has a number too.
    private static void Attribute(CodedOutputStream output, string name, object value)
    {
        output.Text(1, name);
        switch (value)
        {
            case float number:
                output.Single(2, number);
                output.Integer(20, 1);
                break;
            case int number:
                output.Integer(3, number);
                output.Integer(20, 2);
                break;
            case long[] numbers:
                foreach (long number in numbers) output.Integer(8, number);
                output.Integer(20, 7);
                break;
            default:
                throw new ArgumentException($"An attribute cannot be a {value.GetType().Name}.", nameof(value));
        }
    }

    // ValueInfoProto, TypeProto, TypeProto.Tensor, TensorShapeProto, Dimension.
    private static byte[] Value(string name, OnnxType type, string[] axes)
    {
        byte[] shape = ProtoWriting.Message(output =>
        {
            foreach (string axis in axes)
            {
                output.Nested(1, ProtoWriting.Message(dimension =>
                {
                    if (long.TryParse(axis, CultureInfo.InvariantCulture, out long extent)) dimension.Integer(1, extent);
                    else dimension.Text(2, axis);
                }));
            }
        });
        byte[] tensor = ProtoWriting.Message(output =>
        {
            output.Integer(1, (int)type);
            output.Nested(2, shape);
        });
        return ProtoWriting.Message(output =>
        {
            output.Text(1, name);
            output.Nested(2, ProtoWriting.Message(kind => kind.Nested(1, tensor)));
        });
    }
}
