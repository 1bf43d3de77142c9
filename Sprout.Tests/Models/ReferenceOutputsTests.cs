// Hidden states and pooler of a real pre-trained model against transformers' own.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Bert.Models;
using Sprout.Bert.Models.Architectures;
using Sprout.Bert.Sources;
using Sprout.Bert.Tokenization;
using Sprout.Tensors;
using Sprout.Tensors.Devices;

namespace Sprout.Tests.Models;

public sealed class ReferenceOutputsTests
{
    // The reference is in double; six layers in single precision stay within a few 1e-6.
    private const double Tolerance = 1e-4;

    [SharedFact]
    public void Hidden_states_of_MiniLM_agree_with_transformers()
    {
        string folder = Path.Combine(SharedData.Folder!, "models", "all-MiniLM-L6-v2");
        using var source = new HuggingFaceFolder(folder);
        var config = (BertConfig)source.Config;
        using IBackend backend = Device.Open("cpu");
        using var model = new BertForSequenceClassification(backend, config, outputs: 2);
        source.Load(model, seed: 0).Missing.Should().OnlyContain(name => name.StartsWith("classifier.", StringComparison.Ordinal));
        JsonArray cases = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "reference_outputs.json")))!["cases"]!.AsArray();
        cases.Should().NotBeEmpty();
        foreach (JsonNode? item in cases)
        {
            int[] ids = [.. item!["ids"]!.AsArray().Select(id => (int)id!)], types = [.. item["type_ids"]!.AsArray().Select(id => (int)id!)];
            using Batch batch = Batch.Pack(backend, [new TokenSequence(ids, types)]);
            using var tape = new Tape(backend, recording: false);
            Variable hidden = model.Bert.Forward(tape, batch), pooled = model.Bert.Pool(tape, model.Bert.ForwardFirstTokens(tape, batch));
            float[] states = hidden.Value.ToArray();
            int width = config.HiddenSize;
            Compare(states.AsSpan(0, 8), item["cls_hidden_first8"]!);
            Compare(states.AsSpan((ids.Length - 1) * width, 8), item["last_token_hidden_first8"]!);
            Compare(pooled.Value.ToArray().AsSpan(0, 8), item["pooler_first8"]!);
            states.Sum(value => (double)value).Should().BeApproximately((double)item["hidden_sum"]!, 1e-2);
            (states.Sum(value => Math.Abs((double)value)) / (double)item["hidden_abs_sum"]!).Should().BeApproximately(1, 1e-5);
        }
    }

    private static void Compare(ReadOnlySpan<float> found, JsonNode expected)
    {
        for (int i = 0; i < found.Length; i++) ((double)found[i]).Should().BeApproximately((double)expected[i]!, Tolerance);
    }
}
