// A training step in libtorch.
using Sprout.Bert.Sources;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Sprout.Peers;

/// <summary>Times training steps, after the model's logits were compared with Sprout's.</summary>
internal static class TorchStep
{
    /// <summary>Times them.</summary>
    public static void Run(Arguments arguments)
    {
        set_num_threads(arguments.Threads);
        random.manual_seed(42);
        ReferenceModel reference = ReferenceModel.Read(arguments.Text("--model"));
        using ModelSource source = ModelSource.Open(arguments.Text("--model"));
        var model = new TorchModel(source, arguments.Number("--density"), arguments.Has("--firsts"));
        double difference = Compare(model, reference);
        var optimiser = new FusedAdamW(model.Trained);
        TorchBatch[] batches = BatchesOf(arguments);
        Tensor labels = tensor(Enumerable.Range(0, batches[0].Count).Select(i => i % 2L).ToArray());
        var losses = new List<float>();
        Timing timing = Timing.Of(arguments, i =>
        {
            using DisposeScope scope = NewDisposeScope();
            model.Select();
            Tensor loss = F.cross_entropy(model.Forward(batches[i % batches.Length], training: true), labels);
            model.ClearGradients();
            loss.backward();
            model.SplitGradients();
            optimiser.Step();
            losses.Add(loss.ToSingle());
        });
        if (!losses.All(float.IsFinite)) throw new InvalidOperationException("Training: expected finite losses.");
        if (model.Kept is double kept && Math.Abs(kept - arguments.Number("--density")!.Value) > 1e-3)
            throw new InvalidOperationException($"Masks: expected a density of {arguments.Text("--density")}, found {kept}.");
        timing.Print(
            "train-step", 1, ("threads", get_num_threads()), ("libtorch", __version__), ("kept", model.Kept), ("largest_difference", difference),
            ("loss_first", losses[0]), ("loss_last", losses[^1]));
    }

    private static double Compare(TorchModel model, ReferenceModel reference)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable off = no_grad();
        TorchBatch batch = TorchBatch.Full(reference.Ids, reference.Batch, reference.Length);
        return reference.Compare(model.Forward(batch, training: false).data<float>().ToArray(), 1e-4);
    }

    // One that every step repeats, or a random sample of sentences by their lengths.
    private static TorchBatch[] BatchesOf(Arguments arguments)
    {
        int count = arguments.Batch;
        if (arguments.Find("--lengths") is not string file)
            return [TorchBatch.Full(ReferenceModel.RandomIds(count * arguments.Length), count, arguments.Length)];
        int[] lengths = [.. File.ReadLines(file).Select(int.Parse)];
        new Random(42).Shuffle(lengths);
        bool packed = arguments.Find("--layout") == "packed";
        IEnumerable<int[]> whole = lengths.Chunk(count).Where(part => part.Length == count);
        return [.. whole.Take(arguments.Warmup + arguments.Repeat).Select(part => TorchBatch.Random(part, packed))];
    }
}
