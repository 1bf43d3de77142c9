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
    private const string Producer = "sprout";

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
        (OnnxTensor Tensor, byte[] Head)[] stored = [.. tensors.Values.Select(tensor => (tensor, Head(tensor)))];
        byte[] operators = ProtoWriting.Message(output =>
        {
            foreach (byte[] node in nodes) output.Nested(OnnxFields.Graph.Node, node);
            output.Text(OnnxFields.Graph.Name, Producer);
        });
        byte[] ends = ProtoWriting.Message(output =>
        {
            foreach (byte[] input in inputs) output.Nested(OnnxFields.Graph.Input, input);
            foreach (byte[] result in outputs) output.Nested(OnnxFields.Graph.Output, result);
        });
        long length = operators.Length + ends.Length + stored.Sum(item => item.Head.Length + item.Tensor.DataLength);
        stream.Write(ProtoWriting.Message(output =>
        {
            output.Integer(OnnxFields.Model.IrVersion, FormatVersion);
            output.Text(OnnxFields.Model.ProducerName, Producer);
            output.Nested(OnnxFields.Model.OpsetImport, ProtoWriting.Message(version => version.Integer(OnnxFields.OperatorSet.Version, OperatorSet)));
            output.Length(OnnxFields.Model.Graph, length);
        }));
        stream.Write(operators);
        foreach ((OnnxTensor tensor, byte[] head) in stored)
        {
            cancellation.ThrowIfCancellationRequested();
            stream.Write(head);
            tensor.WriteData(stream);
        }

        stream.Write(ends);
    }

    // All of a stored tensor but its data.
    private static byte[] Head(OnnxTensor tensor)
    {
        byte[] head = tensor.Head();
        byte[] length = ProtoWriting.Message(output => output.Length(OnnxFields.Graph.Initializer, head.Length + tensor.DataLength));
        return [.. length, .. head];
    }

    private void Add(string type, string[] from, string[] to, (string Name, object Value)[] attributes) => nodes.Add(ProtoWriting.Message(output =>
    {
        foreach (string name in from) output.Text(OnnxFields.Node.Input, name);
        foreach (string name in to) output.Text(OnnxFields.Node.Output, name);
        output.Text(OnnxFields.Node.Name, to[0]);
        output.Text(OnnxFields.Node.OpType, type);
        foreach ((string name, object value) in attributes)
            output.Nested(OnnxFields.Node.Attribute, ProtoWriting.Message(attribute => Attribute(attribute, name, value)));
    }));

    private static void Attribute(CodedOutputStream output, string name, object value)
    {
        output.Text(OnnxFields.Attribute.Name, name);
        switch (value)
        {
            case float number:
                output.Single(OnnxFields.Attribute.Float, number);
                output.Integer(OnnxFields.Attribute.Type, OnnxFields.Attribute.FloatType);
                break;
            case int number:
                output.Integer(OnnxFields.Attribute.Int, number);
                output.Integer(OnnxFields.Attribute.Type, OnnxFields.Attribute.IntType);
                break;
            case long[] numbers:
                foreach (long number in numbers) output.Integer(OnnxFields.Attribute.Ints, number);
                output.Integer(OnnxFields.Attribute.Type, OnnxFields.Attribute.IntsType);
                break;
            default:
                throw new ArgumentException($"An attribute cannot be a {value.GetType().Name}.", nameof(value));
        }
    }

    // What an input or output is.
    private static byte[] Value(string name, OnnxType type, string[] axes)
    {
        byte[] shape = ProtoWriting.Message(output =>
        {
            foreach (string axis in axes)
            {
                output.Nested(OnnxFields.Shape.Dim, ProtoWriting.Message(dimension =>
                {
                    if (long.TryParse(axis, CultureInfo.InvariantCulture, out long extent)) dimension.Integer(OnnxFields.Shape.DimValue, extent);
                    else dimension.Text(OnnxFields.Shape.DimParam, axis);
                }));
            }
        });
        byte[] tensor = ProtoWriting.Message(output =>
        {
            output.Integer(OnnxFields.Type.ElemType, (int)type);
            output.Nested(OnnxFields.Type.Shape, shape);
        });
        return ProtoWriting.Message(output =>
        {
            output.Text(OnnxFields.Value.Name, name);
            output.Nested(OnnxFields.Value.Type, ProtoWriting.Message(kind => kind.Nested(OnnxFields.Type.TensorType, tensor)));
        });
    }
}
