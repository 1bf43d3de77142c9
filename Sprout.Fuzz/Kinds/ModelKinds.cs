// What describes a model.
using System.Text.Json.Nodes;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Pruning.Inspection;
using Sprout.Tensors.Reference;

namespace Sprout.Fuzz.Kinds;

/// <summary>config.json, beside weights that do not change.</summary>
internal static class ModelKinds
{
    // Buffers of the pool, and all of the tiny model.
    private const long MostBytes = 1 << 20;

    /// <summary>A configuration of one layer.</summary>
    public static BertConfig Tiny { get; } = new()
    {
        VocabSize = 11, HiddenSize = 8, NumHiddenLayers = 1, NumAttentionHeads = 2, IntermediateSize = 12, MaxPositionEmbeddings = 9,
    };

    /// <summary>The kinds.</summary>
    public static IReadOnlyList<InputKind> All { get; } =
    [
        new("config.json", ModelConfig.FileName, [Config(), Named(), Old()], ReadConfig)
        {
            Beside = [(HuggingFaceFolder.WeightsFile, Weights())],
            Words =
            [
                "vocab_size", "hidden_size", "num_hidden_layers", "id2label", "label2id", "problem_type", "regression", "pruned_heads", "is_decoder",
                "model_type", "bert", "roberta", "hidden_act", "gelu_new", "architectures", "tie_word_embeddings", "position_embedding_type",
                "\"sprout_layers\":[{\"heads\":2,\"neurons\":12}]", "\"sprout_layers\":[{\"heads\":0,\"neurons\":0}]",
            ],
        },
    ];

    private static byte[] Config() => InputKinds.Written(ModelConfig.FileName, Tiny.Save);

    private static byte[] Named() => InputKinds.Written(ModelConfig.FileName, (Tiny with
    {
        Id2Label = ["no", "yes"], Label2Id = new Dictionary<string, int> { ["no"] = 0, ["yes"] = 1 }, ProblemType = "single_label_classification",
        Architectures = ["BertForSequenceClassification"], Extra = new JsonObject { ["torch_dtype"] = "float16", ["transformers_version"] = "4.46.0" },
    }).Save);

    private static byte[] Old() => InputKinds.Utf8(
        """{"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12, "max_position_embeddings": 9, "vocab_size": 11}""");

    private static byte[] Weights() => InputKinds.Written(HuggingFaceFolder.WeightsFile, folder =>
    {
        using var backend = new ReferenceBackend();
        using SequenceClassifier model = Tiny.CreateClassifier(backend, 2);
        Initialization.Apply(model, seed: 1);
        HuggingFaceFolder.SaveWeights(folder, model);
    });

    // Sizes that the weights do not have must not take memory, and what is saved must be read as it was.
    private static void ReadConfig(string path, byte[] bytes)
    {
        string folder = Path.GetDirectoryName(path)!, saved = Path.Combine(folder, "saved");
        using var backend = new ReferenceBackend();
        try
        {
            using ModelSource source = ModelSource.Open(folder);
            using SequenceClassifier model = source.Config.CreateClassifier(backend, source.Config.NumLabels);
            source.Load(model, seed: 1);
            long weights = model.Encoder.Parameters().Sum(parameter => parameter.Shape.Count);
            WrongResultException.Require(weights < MostBytes / sizeof(float), "a model out of the air");
            ModelInspector.Inspect(source);
            Directory.CreateDirectory(saved);
            source.Config.Save(saved);
            string again = Path.Combine(saved, ModelConfig.FileName), first = File.ReadAllText(again);
            ConfigFile.Read(again).Save(saved);
            WrongResultException.Require(File.ReadAllText(again) == first, "what was saved is read otherwise");
        }
        finally
        {
            // A head may have as many rows as the file has labels.
            WrongResultException.Require(backend.PeakBytes <= MostBytes + (100 * bytes.Length), $"{backend.PeakBytes} bytes of weights");
        }
    }
}
