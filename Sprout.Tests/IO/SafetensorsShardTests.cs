// Sharded models: the index decides nothing that the shards do not confirm.
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Tests.IO;

public sealed class SafetensorsShardTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Tensors_of_all_shards_are_read()
    {
        Shard("model-00001-of-00002.safetensors", "a", 1);
        Shard("model-00002-of-00002.safetensors", "b", 2);
        Index("""{"metadata":{"total_size":8},"weight_map":{"a":"model-00001-of-00002.safetensors","b":"model-00002-of-00002.safetensors"}}""");
        using SafetensorsFile file = SafetensorsFile.OpenModel(folder.Path);
        file.Entries.Select(e => e.Name).Should().Equal("a", "b");
        file.TryGet("b", out SafetensorsEntry? entry).Should().BeTrue();
        var value = new float[1];
        file.ReadFloat32(entry!, value);
        value[0].Should().Be(2);
        Path.GetFileName(entry!.FilePath).Should().Be("model-00002-of-00002.safetensors");
    }

    [Fact]
    public void A_single_file_comes_before_an_index()
    {
        Shard("model.safetensors", "only", 3);
        Index("broken");
        using SafetensorsFile file = SafetensorsFile.OpenModel(folder.Path);
        file.Entries.Single().Name.Should().Be("only");
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"missing.safetensors"}}""", "missing.safetensors")]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "'a': expected the name of a .safetensors file in the same folder")]
    [InlineData("""{"weight_map":{"a":"/etc/one.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":"..\\one.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":"C:one.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":".."}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":"one\u0000.safetensors"}}""", "in the same folder")]
    [InlineData("""{"weight_map":{"a":7}}""", "found 7")]
    [InlineData("""{"weight_map":{"a":"\ud800.safetensors"}}""", "valid JSON")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}""", "valid JSON")]
    [InlineData("""{"weight_map":[]}""", "'weight_map'")]
    [InlineData("""[1]""", "'weight_map'")]
    [InlineData("""{"weight_map":{"a":"one""", "valid JSON")]
    [InlineData("""{"weight_map":{"z":"one.safetensors"}}""", "'z' in the shard 'one.safetensors', found it nowhere")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","b":"one.safetensors","c":"two.safetensors"}}""", "'b' in the shard 'one.safetensors', found it in")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","d":"again.safetensors"}}""", "'a': expected it in one shard")]
    public void A_wrong_index_is_refused_with_a_sentence(string index, string expected)
    {
        Shard("one.safetensors", "a", 1);
        Shard("again.safetensors", "a", 1);
        SafetensorsWriter.Write(
            folder.File("two.safetensors"), [SafetensorsTensor.Of<float>("b", [1], new float[1]), SafetensorsTensor.Of<float>("c", [1], new float[1])]);
        Index(index);
        FluentActions.Invoking(() => SafetensorsFile.OpenModel(folder.Path)).Should().Throw<InputException>()
            .Which.Message.Should().Contain(folder.Path).And.Contain(expected);
    }

    [Fact]
    public void A_folder_without_a_model_names_what_it_lacks()
    {
        FluentActions.Invoking(() => SafetensorsFile.OpenModel(folder.Path))
            .Should().Throw<InputException>().WithMessage("*expected model.safetensors or model.safetensors.index.json, found neither.");
    }

    private void Shard(string name, string tensor, float value) =>
        SafetensorsWriter.Write(folder.File(name), [SafetensorsTensor.Of<float>(tensor, [1], new[] { value })]);

    private void Index(string json) => File.WriteAllText(folder.File("model.safetensors.index.json"), json);
}
