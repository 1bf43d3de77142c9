// A sparse file is the model that it was made of.
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Bert.Prediction;
using Sprout.Bert.Sources;
using Sprout.Pruning.Inspection;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tensors.IO.Coding;
using Sprout.Tests.Training;

namespace Sprout.Tests.Sources;

[Collection("backends")]
public sealed class SparseFileTests : IDisposable
{
    private static readonly string[] Texts = ["aa ab", "ba bb bc aa cd", "ec", "zz aa"];

    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Answers_are_those_of_the_folder_to_the_bit()
    {
        string folder = PrunedModel.Folder(tiny), file = PrunedModel.File(tiny, folder);
        Logits(file).Should().Equal(Logits(folder));
        ModelCost dense = ModelInspector.Inspect(folder), sparse = ModelInspector.Inspect(file);
        sparse.Matrices.Should().Equal(dense.Matrices);
        sparse.Layers.Should().Equal(dense.Layers);
        sparse.BytesOnDisk.Should().Be(new FileInfo(file).Length);
    }

    [Theory]
    [InlineData(NumberFormat.Fp16, NumberFormat.Fp16, 0.005)]
    [InlineData(NumberFormat.Int8, NumberFormat.Fp16, 0.1)]
    [InlineData(NumberFormat.Int8, NumberFormat.Int8, 0.15)]
    [InlineData(NumberFormat.Int8, NumberFormat.Int4, 1)]
    public void Shorter_numbers_change_answers_a_little(NumberFormat weights, NumberFormat embeddings, float most)
    {
        string folder = PrunedModel.Folder(tiny);
        string file = PrunedModel.File(tiny, folder, new SparseFileOptions { Weights = weights, Embeddings = embeddings });
        float[] expected = Logits(folder), found = Logits(file);
        for (int i = 0; i < found.Length; i++) found[i].Should().BeApproximately(expected[i], most);
        found.Should().NotEqual(expected);
    }

    [Fact]
    public void A_model_that_only_answers_has_no_dense_matrices_and_one_that_trains_has()
    {
        string file = PrunedModel.File(tiny, PrunedModel.Folder(tiny));
        using IBackend backend = Device.Open("cpu", 1);
        using var source = new SparseFile(file);
        using (SequenceClassifier answers = source.Config.CreateClassifier(backend, 2))
        {
            source.LoadWhole(answers, onlyAnswers: true);
            Linear query = answers.Encoder.Layers[0].Attention.Query;
            query.Factor.IsSparse.Should().BeTrue();
            query.Invoking(layer => layer.Weight.Value).Should().Throw<InvalidOperationException>().WithMessage("*query.weight*no dense value*");
            using var inference = new Inference(backend, answers);
        }

        backend.LiveBytes.Should().Be(0, "the layer owns its layout");
        using SequenceClassifier trains = source.Config.CreateClassifier(backend, 2);
        source.LoadWhole(trains);
        trains.Encoder.Layers.SelectMany(layer => layer.Prunable).Should().OnlyContain(layer => !layer.Factor.IsSparse);
        ModelInspector.Inspect(trains).KeptWeights.Should().Be(ModelInspector.Inspect(file).KeptWeights);
    }

    [Fact]
    public void Reading_a_sparse_model_allocates_by_its_entries()
    {
        string folder = PrunedModel.Folder(
            tiny, density: 0.05, change: config => config with { HiddenSize = 256, IntermediateSize = 1024, NumAttentionHeads = 2, NumHiddenLayers = 4 });
        string file = PrunedModel.File(tiny, folder);
        long dense = ModelInspector.Inspect(folder).PrunableWeights * sizeof(float);
        using IBackend backend = Device.Open("cpu", 1);
        using var source = new SparseFile(file);
        using SequenceClassifier model = source.Config.CreateClassifier(backend, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        source.LoadWhole(model, onlyAnswers: true);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        (taken + backend.LiveBytes).Should().BeLessThan(dense / 2, "dense matrices take {0} bytes", dense);
    }

    [Fact]
    public void Export_makes_it_a_folder_again()
    {
        string folder = PrunedModel.Folder(tiny), file = PrunedModel.File(tiny, folder), again = tiny.PathOf("again");
        TinyRun.Run("export", "--model", file, "--format", "hf", "--output", again).Code.Should().Be(0);
        File.ReadAllBytes(Path.Combine(again, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        foreach (string name in (string[])["config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"])
            File.ReadAllText(Path.Combine(again, name)).Should().Be(File.ReadAllText(Path.Combine(folder, name)), name);
    }

    [Fact]
    public void The_same_model_gives_the_same_file()
    {
        string folder = PrunedModel.Folder(tiny), first = PrunedModel.File(tiny, folder), second = PrunedModel.File(tiny, first, name: "second.sprout");
        File.ReadAllBytes(second).Should().Equal(File.ReadAllBytes(first));
    }

    [Fact]
    public void Texts_of_kept_tokens_are_answered_to_the_bit_by_a_smaller_vocabulary()
    {
        string folder = PrunedModel.Folder(tiny);
        HashSet<string> kept = ["aa", "ab", "ba", "bb", "bc", "cd", "ec", "not in the vocabulary"];
        string file = PrunedModel.File(tiny, folder, new SparseFileOptions { KeepTokens = kept });
        using var source = new SparseFile(file);
        source.Config.VocabSize.Should().Be(5 + 7);
        source.Tokenizer.VocabSize.Should().Be(5 + 7);
        source.Tokenizer.TokenOf(11).Should().Be("ec");
        Logits(file).Should().Equal(Logits(folder), "zz is no token of either");
        source.Tokenizer.Encode("da aa", null, 8).Ids.Should().Equal(2, 1, 5, 3);
    }

    [Fact]
    public void Training_goes_on_from_a_file()
    {
        string file = PrunedModel.File(tiny, PrunedModel.Folder(tiny));
        string trained = tiny.Train("trained", $"--model={file} --keep-zeros --teacher={file}");
        ModelInspector.Inspect(trained).KeptWeights.Should().Be(ModelInspector.Inspect(file).KeptWeights);
    }

    [Fact]
    public void Numbers_that_are_none_are_refused_and_leave_no_file()
    {
        string folder = PrunedModel.Folder(tiny), output = tiny.PathOf("model.sprout");
        Edit(Path.Combine(folder, "model.safetensors"), float.NaN);
        TinyRun.Run("export", "--model", folder, "--format", "sparse", "--output", output).Code.Should().Be(4);
        File.Exists(output).Should().BeFalse();
    }

    [Fact]
    public void A_file_of_another_kind_is_never_replaced()
    {
        string folder = PrunedModel.Folder(tiny), other = tiny.Write("other", "mine");
        CommandResult result = TinyRun.Run("export", "--model", folder, "--format", "sparse", "--output", other);
        result.Code.Should().Be(2);
        result.Log.Should().Contain("--output").And.Contain("no sparse model file");
        File.ReadAllText(other).Should().Be("mine");
        string[] again = ["export", "--model", folder, "--format", "sparse", "--output", tiny.PathOf("model.sprout")];
        TinyRun.Run(again).Code.Should().Be(0);
        TinyRun.Run(again).Code.Should().Be(0);
    }

    [Fact]
    public void A_cancelled_export_leaves_no_file()
    {
        using ModelSource source = ModelSource.Open(PrunedModel.Folder(tiny));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        FluentActions.Invoking(() => SparseFileWriter.Write(tiny.PathOf("model.sprout"), source, cancellation: cancelled.Token))
            .Should().Throw<OperationCanceledException>();
        Directory.GetFiles(tiny.Folder).Should().NotContain(path => Path.GetFileName(path).Contains("model.sprout", StringComparison.Ordinal));
    }

    [Fact]
    public void Commands_take_the_file_with_the_settings_of_its_run()
    {
        string folder = tiny.Train("run", "--method=magnitude --density=0.2 --max-length=7"), file = tiny.PathOf("run.sprout");
        CommandResult export = TinyRun.Run("export", "--model", folder, "--format", "sparse", "--output", file, "--weights", "fp32");
        export.Code.Should().Be(0, export.Log);
        export.Output.Should().ContainAll("encoder_bytes", "embeddings_bytes", "head_bytes", "tokenizer_bytes", "total_bytes", "dense_bytes");
        CommandResult Eval(string model) => TinyRun.Run("eval", "--model", model, "--eval-file", tiny.EvalFile, "--json");
        Eval(file).Output.Should().Be(Eval(folder).Output).And.Contain("eval_accuracy");
        string texts = tiny.Write("texts", "aa ab\nba\n");
        TinyRun.Run("predict", "--model", file, "--input", texts).Output.Should().Be(TinyRun.Run("predict", "--model", folder, "--input", texts).Output);
        TinyRun.Run("inspect", file, "--json").Json["kept_weights"]!.GetValue<long>()
            .Should().Be(TinyRun.Run("inspect", folder, "--json").Json["kept_weights"]!.GetValue<long>());
        foreach (string mode in (string[])["forward", "load", "train-step"])
        {
            string[] sizes = mode == "load" ? [] : ["--batch", "2", "--length", "8"];
            CommandResult bench = TinyRun.Run(["bench", "--mode", mode, "--model", file, "--repeat", "1", "--warmup", "0", .. sizes]);
            bench.Code.Should().Be(0, bench.Log);
        }
    }

    [Theory]
    [InlineData("--weights", "int8")]
    [InlineData("--activations", "int8")]
    [InlineData("--embeddings", "int4")]
    [InlineData("--keep-tokens", "list")]
    public void Options_of_the_sparse_format_are_refused_with_others(string option, string value)
    {
        CommandResult result = TinyRun.Run("export", "--model", tiny.Model, "--output", tiny.PathOf("e"), option, value);
        result.Code.Should().Be(2);
        result.Log.Should().Contain(option);
    }

    [Fact]
    public void Onnx_never_has_what_is_empty()
    {
        CommandResult result = TinyRun.Run("export", "--model", tiny.Model, "--format", "onnx", "--output", tiny.PathOf("e"), "--remove-empty");
        result.Code.Should().Be(2);
        result.Log.Should().Contain("--remove-empty");
        Directory.Exists(tiny.PathOf("e")).Should().BeFalse();
    }

    private static float[] Logits(string model)
    {
        using var classifier = TextClassifier.Load(model, new PredictorOptions { Threads = 1 });
        return [.. Texts.SelectMany(text => classifier.Predict(text).Logits)];
    }

    private static void Edit(string path, float value)
    {
        byte[] bytes = File.ReadAllBytes(path);
        BitConverter.GetBytes(value).CopyTo(bytes, bytes.Length - 8);
        File.WriteAllBytes(path, bytes);
    }
}
