// An ONNX graph while it grows.
using System.Globalization;
using Google.Protobuf;

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

    /// <summary>The file for the weights; null when they have room in the model's own.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="mostInModel">Bytes of weights that the model's own file takes.</param>
    public OnnxDataFile? DataFile(string name, long mostInModel) =>
        tensors.Values.Sum(tensor => tensor.DataLength) > mostInModel ? new OnnxDataFile(name, tensors.Values) : null;

    /// <summary>Writes the model.</summary>
    /// <param name="stream">Its own file.</param>
    /// <param name="data">The file for the weights, which is another's to write; null: there is none.</param>
    /// <param name="cancellation">Ends it between two tensors.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Write(Stream stream, OnnxDataFile? data, CancellationToken cancellation)
    {
        (OnnxTensor? Inside, byte[] Head)[] stored = [.. tensors.Values.Select(tensor =>
            data?.Holds(tensor) == true ? (null, Message(data.Head(tensor), 0)) : (tensor, Message(tensor.Head(), tensor.DataLength)))];
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
        long length = operators.Length + ends.Length + stored.Sum(item => item.Head.Length + (item.Inside?.DataLength ?? 0));
        stream.Write(ProtoWriting.Message(output =>
        {
            output.Integer(OnnxFields.Model.IrVersion, FormatVersion);
            output.Text(OnnxFields.Model.ProducerName, Producer);
            output.Nested(OnnxFields.Model.OpsetImport, ProtoWriting.Message(version => version.Integer(OnnxFields.OperatorSet.Version, OperatorSet)));
            output.Length(OnnxFields.Model.Graph, length);
        }));
        stream.Write(operators);
        foreach ((OnnxTensor? inside, byte[] head) in stored)
        {
            cancellation.ThrowIfCancellationRequested();
            stream.Write(head);
            inside?.WriteData(stream);
        }

        stream.Write(ends);
    }

    // A stored tensor up to its raw data, of so many bytes.
    private static byte[] Message(byte[] head, long dataLength) =>
        [.. ProtoWriting.Message(output => output.Length(OnnxFields.Graph.Initializer, head.Length + dataLength)), .. head];

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
