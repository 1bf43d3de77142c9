// Parameter names are the keys of transformers' state dictionaries.
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Models;

public sealed class ParameterNamesTests
{
    // list(dict(model.named_parameters())) of transformers' classes for a configuration of two layers; a tied weight has one name.
    private static readonly string[] Encoder =
    [
        "bert.embeddings.word_embeddings.weight",
        "bert.embeddings.position_embeddings.weight",
        "bert.embeddings.token_type_embeddings.weight",
        "bert.embeddings.LayerNorm.weight",
        "bert.embeddings.LayerNorm.bias",
        "bert.encoder.layer.0.attention.self.query.weight",
        "bert.encoder.layer.0.attention.self.query.bias",
        "bert.encoder.layer.0.attention.self.key.weight",
        "bert.encoder.layer.0.attention.self.key.bias",
        "bert.encoder.layer.0.attention.self.value.weight",
        "bert.encoder.layer.0.attention.self.value.bias",
        "bert.encoder.layer.0.attention.output.dense.weight",
        "bert.encoder.layer.0.attention.output.dense.bias",
        "bert.encoder.layer.0.attention.output.LayerNorm.weight",
        "bert.encoder.layer.0.attention.output.LayerNorm.bias",
        "bert.encoder.layer.0.intermediate.dense.weight",
        "bert.encoder.layer.0.intermediate.dense.bias",
        "bert.encoder.layer.0.output.dense.weight",
        "bert.encoder.layer.0.output.dense.bias",
        "bert.encoder.layer.0.output.LayerNorm.weight",
        "bert.encoder.layer.0.output.LayerNorm.bias",
        "bert.encoder.layer.1.attention.self.query.weight",
        "bert.encoder.layer.1.attention.self.query.bias",
        "bert.encoder.layer.1.attention.self.key.weight",
        "bert.encoder.layer.1.attention.self.key.bias",
        "bert.encoder.layer.1.attention.self.value.weight",
        "bert.encoder.layer.1.attention.self.value.bias",
        "bert.encoder.layer.1.attention.output.dense.weight",
        "bert.encoder.layer.1.attention.output.dense.bias",
        "bert.encoder.layer.1.attention.output.LayerNorm.weight",
        "bert.encoder.layer.1.attention.output.LayerNorm.bias",
        "bert.encoder.layer.1.intermediate.dense.weight",
        "bert.encoder.layer.1.intermediate.dense.bias",
        "bert.encoder.layer.1.output.dense.weight",
        "bert.encoder.layer.1.output.dense.bias",
        "bert.encoder.layer.1.output.LayerNorm.weight",
        "bert.encoder.layer.1.output.LayerNorm.bias",
    ];

    [Fact]
    public void Sequence_classification_has_the_names_of_transformers() => Check(
        backend => new BertForSequenceClassification(backend, TinyBert.Config(), 3),
        [.. Encoder, "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias"]);

    [Fact]
    public void Question_answering_has_the_names_of_transformers() => Check(
        backend => new BertForQuestionAnswering(backend, TinyBert.Config()),
        [.. Encoder, "qa_outputs.weight", "qa_outputs.bias"]);

    [Fact]
    public void Masked_language_modelling_has_the_names_of_transformers() => Check(
        backend => new BertForMaskedLM(backend, TinyBert.Config()),
        [
            .. Encoder, "cls.predictions.bias", "cls.predictions.transform.dense.weight", "cls.predictions.transform.dense.bias",
            "cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.bias",
        ]);

    [Fact]
    public void Shapes_are_those_of_transformers()
    {
        using var backend = new ReferenceBackend();
        using var model = new BertForSequenceClassification(backend, TinyBert.Config(), 3);
        Dictionary<string, Shape> shapes = model.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Shape);
        shapes["bert.embeddings.word_embeddings.weight"].Should().Be(new Shape(11, 8));
        shapes["bert.embeddings.position_embeddings.weight"].Should().Be(new Shape(9, 8));
        shapes["bert.embeddings.token_type_embeddings.weight"].Should().Be(new Shape(2, 8));
        shapes["bert.encoder.layer.0.intermediate.dense.weight"].Should().Be(new Shape(12, 8));
        shapes["bert.encoder.layer.0.output.dense.weight"].Should().Be(new Shape(8, 12));
        shapes["bert.encoder.layer.1.output.LayerNorm.weight"].Should().Be(new Shape(8));
        shapes["classifier.weight"].Should().Be(new Shape(3, 8));
    }

    [Fact]
    public void Named_modules_lead_to_the_parameters()
    {
        using var backend = new ReferenceBackend();
        using var model = new BertForSequenceClassification(backend, TinyBert.Config(), 3);
        model.NamedModules().Should().Contain(
            pair => pair.Name == "bert.encoder.layer.1.attention.self.value" && ReferenceEquals(pair.Module, model.Bert.Layers[1].Attention.Value));
        model.NamedModules().First().Should().Be(("", model));
    }

    private static void Check(Func<IBackend, TaskModel> make, string[] names)
    {
        using var backend = new ReferenceBackend();
        using (TaskModel model = make(backend))
        {
            model.Parameters().Select(parameter => parameter.Name).Should().BeEquivalentTo(names);
            model.Parameters().Should().OnlyHaveUniqueItems();
        }

        backend.LiveBytes.Should().Be(0, "a disposed model keeps nothing");
    }
}
