// A forward pass in ONNX Runtime.
using Microsoft.ML.OnnxRuntime;

namespace Sprout.Peers;

/// <summary>Times passes of a model that <c>sprout export --format onnx</c> has written, after its logits were compared with Sprout's.</summary>
internal static class OrtForward
{
    private static readonly string[] Inputs = ["input_ids", "attention_mask", "token_type_ids"], Outputs = ["logits"];

    /// <summary>Times it.</summary>
    public static void Run(Arguments arguments)
    {
        ReferenceModel reference = ReferenceModel.Read(arguments.Text("--model"));
        string spins = arguments.Has("--spin") ? "1" : "0";
        using var options = new SessionOptions
        {
            IntraOpNumThreads = arguments.Threads, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", spins);
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", spins);
        using var session = new InferenceSession(arguments.Text("--onnx"), options);
        double difference = reference.Compare(
            Pass(session, Values(reference.Ids, reference.Batch, reference.Length)), arguments.Number("--tolerance") ?? 1e-4);
        int batch = arguments.Batch, length = arguments.Length;
        OrtValue[] inputs = Values(ReferenceModel.RandomIds(batch * length), batch, length);
        Timing.Of(arguments, _ => Pass(session, inputs)).Print(
            "forward", 1, ("threads", arguments.Threads), ("largest_difference", difference),
            ("onnxruntime", OrtEnv.Instance().GetVersionString()));
    }

    private static OrtValue[] Values(int[] ids, int batch, int length) =>
    [
        .. ((long[][])[Array.ConvertAll(ids, id => (long)id), [.. Enumerable.Repeat(1L, ids.Length)], new long[ids.Length]])
            .Select(values => OrtValue.CreateTensorValueFromMemory(values, [batch, length])),
    ];

    private static float[] Pass(InferenceSession session, OrtValue[] inputs)
    {
        using var run = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, Inputs, inputs, Outputs);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
