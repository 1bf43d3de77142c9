// A BERT as an ONNX graph.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Pruning.Structure;
using Sprout.Tensors;

namespace Sprout.Export.Onnx;

/// <summary>
/// Makes the graph of a BERT, in the shape that exporters of transformers give it and runtimes know how to fuse. Inputs and outputs have the names of
/// Optimum. States are [batch, sequence, H].
/// </summary>
internal sealed class BertGraph
{
    private const string Batch = "batch", Sequence = "sequence";

    private readonly ModelSource source;
    private readonly BertConfig config;
    private readonly TaskModel model;
    private readonly Dictionary<string, Parameter> parameters;
    private readonly OnnxGraph graph = new();
    private readonly OnnxProducts single, encoder;

    /// <summary>An empty graph.</summary>
    /// <param name="source">The weights.</param>
    /// <param name="config">Sizes and settings.</param>
    /// <param name="model">The model with its head, for structure and names.</param>
    /// <param name="weights">How the weights of the layers' products are stored.</param>
    public BertGraph(ModelSource source, BertConfig config, TaskModel model, OnnxWeights weights)
    {
        this.source = source;
        this.config = config;
        this.model = model;
        parameters = model.Parameters().ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        single = new SingleProducts(graph);
        encoder = weights == OnnxWeights.Int8 ? new Int8Products(graph) : single;
    }

    /// <summary>Heads and neurons that were left out.</summary>
    public (int Heads, int Neurons) Removed { get; private set; }

    /// <summary>Makes the graph; every weight is read.</summary>
    /// <exception cref="InputException">A tensor is missing, damaged or of another shape.</exception>
    /// <exception cref="NotFiniteException">A weight is not finite.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public OnnxGraph Build(CancellationToken cancellation)
    {
        foreach (string input in (string[])["input_ids", "attention_mask", "token_type_ids"]) graph.Input(input, OnnxType.Int64, Batch, Sequence);
        string states = Embed(), mask = Mask();
        for (int i = 0; i < config.NumHiddenLayers; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            // A classifier reads the first tokens only, so only these ask in the last layer.
            bool isLast = i == config.NumHiddenLayers - 1 && model is SequenceClassifier;
            string asking = isLast ? graph.Add("Slice", [states, graph.Integers(0), graph.Integers(1), graph.Integers(1)]) : states;
            states = Layer(i, states, asking, mask);
        }

        switch (model)
        {
            case SequenceClassifier classifier:
                string pooled = graph.Add("Tanh", [Linear("bert.pooler.dense", graph.Add("Squeeze", [states, graph.Integers(1)]))]);
                graph.Output(graph.Rename(Linear("classifier", pooled), "logits"), Batch, $"{classifier.Outputs}");
                break;
            case SpanExtractor:
                string[] spans = graph.Add("Split", [Linear("qa_outputs", states)], results: 2, ("axis", -1));
                foreach ((string span, string name) in spans.Zip(["start_logits", "end_logits"]))
                    graph.Output(graph.Rename(graph.Add("Squeeze", [span, graph.Integers(-1)]), name), Batch, Sequence);
                break;
            default:
                string transformed = Norm("cls.predictions.transform.LayerNorm", Activate(Linear("cls.predictions.transform.dense", states)));
                string decoder = graph.Add("Transpose", [Tensor("bert.embeddings.word_embeddings.weight")], ("perm", new long[] { 1, 0 }));
                string decoded = graph.Add("Add", [graph.Add("MatMul", [transformed, decoder]), Tensor("cls.predictions.bias")]);
                graph.Output(graph.Rename(decoded, "logits"), Batch, Sequence, $"{config.VocabSize}");
                break;
        }

        return graph;
    }

    // Word, segment and position of every token.
    private string Embed()
    {
        string words = graph.Add("Gather", [Tensor("bert.embeddings.word_embeddings.weight"), "input_ids"]);
        string types = graph.Add("Gather", [Tensor("bert.embeddings.token_type_embeddings.weight"), "token_type_ids"]);
        string length = graph.Add("Gather", [graph.Add("Shape", ["input_ids"]), graph.Integers(1)]);
        string positions = graph.Add("Slice", [Tensor("bert.embeddings.position_embeddings.weight"), graph.Integers(0), length, graph.Integers(0)]);
        return Norm("bert.embeddings.LayerNorm", graph.Add("Add", [graph.Add("Add", [words, types]), positions]));
    }

    // What is added to the scores of every token that is asked: 0 for a token, the least number for padding; [batch, 1, 1, sequence].
    private string Mask()
    {
        string present = graph.Add("Cast", [graph.Add("Unsqueeze", ["attention_mask", graph.Integers(1, 2)])], ("to", (int)OnnxType.Float));
        return graph.Add("Mul", [graph.Add("Sub", [graph.Scalar(1), present]), graph.Scalar(float.MinValue)]);
    }

    private string Layer(int i, string states, string asking, string mask)
    {
        CompactLayer layer = ExactRemoval.Read(source, model.Encoder.Layers[i], config.HiddenAct, model.EncoderPrefix);
        Removed = (Removed.Heads + config.NumAttentionHeads - layer.Heads.Count, Removed.Neurons + config.IntermediateSize - layer.Neurons.Count);
        string name = $"bert.encoder.layer.{i}";
        string attended = Norm($"{name}.attention.output.LayerNorm", graph.Add("Add", [Attention(name, layer, states, asking, mask), asking]));
        return Norm($"{name}.output.LayerNorm", graph.Add("Add", [FeedForward(name, layer, attended), attended]));
    }

    private string Attention(string name, CompactLayer layer, string states, string asking, string mask)
    {
        string output = $"{name}.attention.output.dense";
        int heads = layer.Heads.Count, size = layer.HeadSize;
        if (heads == 0) return graph.Floats($"{output}.bias", layer.Output.Bias);
        string query = Split(encoder.Apply($"{name}.attention.self.query", layer.Query, asking), 0, 2, 1, 3);
        string key = Split(encoder.Apply($"{name}.attention.self.key", layer.Key, states), 0, 2, 3, 1);
        string value = Split(encoder.Apply($"{name}.attention.self.value", layer.Value, states), 0, 2, 1, 3);
        string scores = graph.Add("Div", [graph.Add("MatMul", [query, key]), graph.Scalar(MathF.Sqrt(size))]);
        string shares = graph.Add("Softmax", [graph.Add("Add", [scores, mask])], ("axis", -1));
        string context = graph.Add("Transpose", [graph.Add("MatMul", [shares, value])], ("perm", new long[] { 0, 2, 1, 3 }));
        return encoder.Apply(output, layer.Output, graph.Add("Reshape", [context, graph.Integers(0, 0, heads * size)]));

        string Split(string x, params long[] order) =>
            graph.Add("Transpose", [graph.Add("Reshape", [x, graph.Integers(0, 0, heads, size)])], ("perm", order));
    }

    private string FeedForward(string name, CompactLayer layer, string states)
    {
        string output = $"{name}.output.dense";
        if (layer.Neurons.Count == 0) return graph.Floats($"{output}.bias", layer.Second.Bias);
        return encoder.Apply(output, layer.Second, Activate(encoder.Apply($"{name}.intermediate.dense", layer.First, states)));
    }

    private string Activate(string x)
    {
        if (config.HiddenAct == HiddenActivation.Relu) return graph.Add("Relu", [x]);
        string inner = config.HiddenAct == HiddenActivation.Gelu
            ? graph.Add("Erf", [graph.Add("Div", [x, graph.Scalar(MathF.Sqrt(2))])])
            : graph.Add("Tanh", [graph.Add("Mul", [Cubic(x), graph.Scalar(MathF.Sqrt(2 / MathF.PI))])]);
        return graph.Add("Mul", [graph.Add("Mul", [x, graph.Add("Add", [inner, graph.Scalar(1)])]), graph.Scalar(0.5f)]);
    }

    // x + 0.044715 x³.
    private string Cubic(string x) => graph.Add("Add", [x, graph.Add("Mul", [graph.Add("Pow", [x, graph.Scalar(3)]), graph.Scalar(0.044715f)])]);

    private string Norm(string name, string x) =>
        graph.Add("LayerNormalization", [x, Tensor($"{name}.weight"), Tensor($"{name}.bias")], ("axis", -1), ("epsilon", (float)config.LayerNormEps));

    // A layer of the head.
    private string Linear(string name, string x)
    {
        Shape shape = parameters[$"{name}.weight"].Shape;
        return single.Apply(name, new LinearArrays(shape[0], shape[1], Read($"{name}.weight"), Read($"{name}.bias")), x);
    }

    private string Tensor(string name)
    {
        Shape shape = parameters[name].Shape;
        return graph.Floats(name, Read(name), [.. Enumerable.Range(0, shape.Rank).Select(i => (long)shape[i])]);
    }

    private float[] Read(string name) => source.Read(parameters[name], model.EncoderPrefix);
}
