// A BERT small enough to check every gradient of.
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Tokenization;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Models;

/// <summary>Configuration, weights and sequences of the tests of whole models.</summary>
internal static class TinyBert
{
    /// <summary>Two layers, hidden size 8, two heads, 11 tokens.</summary>
    public static BertConfig Config(double dropout = 0, int layers = 2) => new()
    {
        VocabSize = 11,
        HiddenSize = 8,
        NumHiddenLayers = layers,
        NumAttentionHeads = 2,
        IntermediateSize = 12,
        MaxPositionEmbeddings = 9,
        HiddenDropoutProb = dropout,
        AttentionProbsDropoutProb = dropout,
    };

    /// <summary>Sequences of 1, 4 and 7 tokens.</summary>
    public static IReadOnlyList<TokenSequence> Sequences =>
    [
        new([2], [0]),
        new([2, 7, 10, 3], [0, 0, 0, 0]),
        new([2, 5, 3, 0, 9, 7, 3], [0, 0, 0, 1, 1, 1, 1]),
    ];

    /// <summary>Gives a model weights of magnitude ½ that keep all its parts busy; the usual 0.02 would leave attention nearly uniform.</summary>
    public static T Randomise<T>(T model, ulong seed = 1) where T : TaskModel
    {
        ulong stream = 0;
        foreach (Parameter parameter in model.Parameters())
        {
            var random = new RandomStream(seed, stream++);
            float centre = parameter.Name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? 1f : 0f, size = parameter.Shape.Rank == 2 ? 0.5f : 0.2f;
            parameter.Value.CopyFrom([.. Enumerable.Range(0, (int)parameter.Shape.Count).Select(_ => centre + (size * random.Normal()))]);
        }

        return model;
    }
}
