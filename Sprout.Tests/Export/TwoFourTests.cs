// Two of every four weights, as a Hugging Face folder.
using Sprout.Bert.Sources;
using Sprout.Pruning.Inspection;
using Sprout.Pruning.Structure;
using Sprout.Tests.Sources;
using Sprout.Tests.Training;

namespace Sprout.Tests.Export;

public sealed class TwoFourTests : IDisposable
{
    private readonly TinyRun tiny = new();

    public void Dispose() => tiny.Dispose();

    [GoldenFact]
    public void The_two_largest_of_four_stay_and_of_equal_ones_the_earlier()
    {
        var golden = new GoldenTensors(Path.Combine(GoldenFactAttribute.Folder!, "methods", "two-four.safetensors"));
        foreach ((string weight, string mask) in ((string, string)[])[
            ("matrix.0.weight", "matrix.0.mask"), ("matrix.1.weight", "matrix.1.mask"), ("matrix.2.weight", "matrix.2.mask"),
            ("ties.weight", "ties.lower_column_first")])
        {
            float[] values = golden.Floats(weight);
            float[] expected = [.. values.Zip(golden.Bytes(mask), (value, kept) => kept == 0 ? 0 : value)];
            TwoFourModel.Apply(values).Should().Equal(expected, weight);
        }
    }

    [Fact]
    public void A_folder_has_at_most_two_of_four_and_keeps_what_is_in_the_pattern()
    {
        string folder = PrunedModel.Folder(tiny, density: 1), first = tiny.PathOf("first"), second = tiny.PathOf("second");
        Export(folder, first).Output.Should().Contain($"dropped = {WeightsOf(folder) / 2} of {WeightsOf(folder)} weights that were not 0");
        using (ModelSource source = ModelSource.Open(first))
        {
            IEnumerable<StoredTensor> inLayers = source.Tensors.Where(tensor => tensor.Name.Contains(".layer.", StringComparison.Ordinal));
            foreach (StoredTensor matrix in inLayers.Where(tensor => tensor.Extents.Count == 2))
                ValuesOf(source, matrix).Chunk(4).Should().OnlyContain(group => group.Count(value => value != 0) == 2, matrix.Name);
        }

        Export(first, second).Output.Should().Contain("dropped = 0 of ");
        File.ReadAllBytes(Path.Combine(second, "model.safetensors")).Should().Equal(File.ReadAllBytes(Path.Combine(first, "model.safetensors")));
    }

    [Fact]
    public void Half_precision_is_rounded_and_said_in_the_configuration()
    {
        string folder = PrunedModel.Folder(tiny), half = tiny.PathOf("half");
        Export(folder, half, "--weights", "fp16");
        TinyRun.ReadJson(half, "config.json")["torch_dtype"]!.GetValue<string>().Should().Be("float16");
        using ModelSource whole = ModelSource.Open(folder), rounded = ModelSource.Open(half);
        foreach (StoredTensor tensor in whole.Tensors.Where(tensor => tensor.Extents.Count == 1))
            ValuesOf(rounded, tensor).Should().Equal(ValuesOf(whole, tensor).Select(value => (float)(Half)value), tensor.Name);
        long Bytes(string path) => new FileInfo(Path.Combine(path, "model.safetensors")).Length;
        Bytes(half).Should().BeLessThan((Bytes(folder) / 2) + 4096);
        string again = tiny.PathOf("again");
        TinyRun.Run("export", "--model", half, "--output", again).Code.Should().Be(0);
        TinyRun.ReadJson(again, "config.json")["torch_dtype"]!.GetValue<string>().Should().Be("float32", "that is what this folder has");
    }

    [Fact]
    public void Values_beyond_half_precision_and_shapes_that_no_library_takes_leave_nothing()
    {
        string odd = PrunedModel.Folder(tiny, "odd", change: config => config with { IntermediateSize = 24 });
        Refused(3, odd, "intermediate.dense.weight", "multiples of 16", "found [24, 16].").Should().NotContain("bug");
        string large = PrunedModel.Folder(tiny, "large");
        byte[] bytes = File.ReadAllBytes(Path.Combine(large, "model.safetensors"));
        BitConverter.GetBytes(1e5f).CopyTo(bytes, bytes.Length - 4);
        File.WriteAllBytes(Path.Combine(large, "model.safetensors"), bytes);
        Refused(3, large, "expected values that fp16 holds, at most 65504, found 100000.");

        string Refused(int code, string model, params string[] says)
        {
            string output = tiny.PathOf("refused");
            CommandResult result = TinyRun.Run("export", "--model", model, "--pattern", "2:4", "--weights", "fp16", "--output", output);
            result.Code.Should().Be(code, result.Log);
            result.Log.Should().ContainAll(says);
            if (Directory.Exists(output)) Directory.GetFileSystemEntries(output).Should().BeEmpty();
            return result.Log;
        }
    }

    [Theory]
    [InlineData("sparse", "--pattern", "2:4")]
    [InlineData("onnx", "--pattern", "2:4")]
    [InlineData("onnx", "--remove-empty", null)]
    public void Options_of_the_folder_are_refused_with_other_formats(string format, string option, string? value)
    {
        string[] given = value is null ? [option] : [option, value];
        CommandResult result = TinyRun.Run(["export", "--model", tiny.Model, "--format", format, "--output", tiny.PathOf("e"), .. given]);
        result.Code.Should().Be(2);
        result.Log.Should().Contain($"{option} has no effect with --format {format}.");
        Path.Exists(tiny.PathOf("e")).Should().BeFalse();
    }

    private static CommandResult Export(string from, string to, params string[] more)
    {
        CommandResult result = TinyRun.Run(["export", "--model", from, "--pattern", "2:4", "--output", to, .. more]);
        result.Code.Should().Be(0, result.Log);
        return result;
    }

    private static long WeightsOf(string model) => ModelInspector.Inspect(model).KeptWeights;

    private static float[] ValuesOf(ModelSource source, StoredTensor tensor)
    {
        var values = new float[tensor.Count];
        source.Read(tensor, 0, values);
        return values;
    }
}
