// Files of torch.save, written here byte by byte: what is read, and that everything else is refused.
using Sprout.Tensors;
using Sprout.Tensors.IO;
using static Sprout.Fuzz.Kinds.TorchBytesOf;

namespace Sprout.Tests.IO;

public sealed class TorchFileTests : IDisposable
{
    private static readonly byte[] Six = Floats(0, 1, 2, 3, 4, 5);
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Tensors_are_views_of_their_storages()
    {
        using TorchFile file = Open(Archive(
            ("data.pkl", Dictionary(
                ("rows", Tensor("0", 6, 0, [2, 3], [3, 1])), ("columns", Tensor("0", 6, 0, [3, 2], [1, 3])), ("tail", Tensor("0", 6, 4, [2], [1])),
                ("scalar", Tensor("0", 6, 5, [], [])), ("empty", Tensor("0", 6, 0, [0, 7], [7, 1])))),
            ("data/0", Six)));
        file.Entries.Select(entry => entry.Name).Should().Equal("rows", "columns", "tail", "scalar", "empty");
        file.Find("columns")!.Shape.Should().Equal(3, 2);
        Values(file, "rows").Should().Equal(0, 1, 2, 3, 4, 5);
        Values(file, "columns").Should().Equal(0, 3, 1, 4, 2, 5);
        Values(file, "tail").Should().Equal(4, 5);
        Values(file, "scalar").Should().Equal(5);
        Values(file, "empty").Should().BeEmpty();
        Values(file, "columns", 1, 3).Should().Equal(3, 1, 4);
    }

    [Fact]
    public void The_form_before_version_1_6_is_read()
    {
        byte[] tensors = Dictionary(("b", Tensor("7", 2, 0, [2], [1], legacy: true)), ("a", Tensor("3", 3, 1, [2], [1], legacy: true)));
        using TorchFile file = Open(Legacy(tensors, ("3", [1, 2, 3]), ("7", [8, 9])));
        Values(file, "a").Should().Equal(2, 3);
        Values(file, "b").Should().Equal(8, 9);
    }

    [Fact]
    public void Halves_are_widened_and_integers_are_listed_but_are_no_floats()
    {
        using TorchFile file = Open(Archive(
            ("data.pkl", Dictionary(
                ("half", Tensor("0", 2, 0, [2], [1], "HalfStorage")), ("bfloat", Tensor("1", 1, 0, [1], [1], "BFloat16Storage")),
                ("ids", Tensor("2", 1, 0, [1], [1], "LongStorage")))),
            ("data/0", [0x00, 0x3c, 0x00, 0xc0]), ("data/1", [0x80, 0x3f]), ("data/2", new byte[8]), ("byteorder", "little"u8.ToArray())));
        Values(file, "half").Should().Equal(1, -2);
        Values(file, "bfloat").Should().Equal(1);
        file.Invoking(f => Values(f, "ids")).Should().Throw<InputException>().WithMessage("*tensor 'ids': expected F32, F16, BF16 or F64, found I64.");
    }

    [Fact]
    public void Shards_are_found_through_the_index()
    {
        File.WriteAllBytes(folder.File("one.bin"), Archive(("data.pkl", Dictionary(("a", Tensor("0", 1, 0, [1], [1])))), ("data/0", Floats(1))));
        File.WriteAllBytes(folder.File("two.bin"), Archive(("data.pkl", Dictionary(("b", Tensor("0", 1, 0, [1], [1])))), ("data/0", Floats(2))));
        string index = folder.File("pytorch_model.bin.index.json");
        File.WriteAllText(index, """{"weight_map":{"a":"one.bin","b":"two.bin"}}""");
        using (WeightFile file = WeightFile.OpenModel(folder.Path)) Values(file, "b").Should().Equal(2);
        File.WriteAllText(index, """{"weight_map":{"a":"../one.bin"}}""");
        FluentActions.Invoking(() => WeightFile.OpenModel(folder.Path)).Should().Throw<InputException>().WithMessage("*.bin file in the same folder*");
    }

    [Fact]
    public void Safetensors_come_before_pickles()
    {
        File.WriteAllBytes(folder.File("pytorch_model.bin"), [1, 2, 3]);
        SafetensorsWriter.Write(folder.File("model.safetensors"), [SafetensorsTensor.Of<float>("only", [1], new float[] { 4 })]);
        using WeightFile file = WeightFile.OpenModel(folder.Path);
        Values(file, "only").Should().Equal(4);
    }

    [Fact]
    public void A_folder_without_weights_is_refused_with_a_sentence() =>
        FluentActions.Invoking(() => WeightFile.OpenModel(folder.Path)).Should().Throw<InputException>()
            .WithMessage("*expected model.safetensors, pytorch_model.bin or the index of one's shards, found none.");

    [Fact]
    public void A_name_that_is_not_a_tensors_is_refused_even_uncalled() =>
        Refused(Pickle("}", Text("x"), "cos\nsystem\n", "s"), "found the name os.system; nothing of it was run");

    [Fact]
    public void A_call_of_a_tensors_function_with_other_arguments_is_refused() =>
        Refused(Dictionary(("x", [.. "ctorch._utils\n_rebuild_tensor_v2\n(K\u0001K\u0002tR"u8])), "expected the arguments of torch.save");

    [Theory]
    [InlineData("]", "found a list")]
    [InlineData("K\u0005", "found an integer")]
    [InlineData("}X\u0001\0\0\0aK\u0001s", "tensor 'a': expected a tensor, found an integer")]
    [InlineData("}K\u0001K\u0001s", "expected strings as keys")]
    [InlineData("i", "found 0x69")]
    [InlineData("R", "expected 2 values, found 0")]
    [InlineData("h\u0005", "remembered")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffabc", "more bytes")]
    [InlineData("t", "a mark")]
    public void Other_pickles_are_refused(string operations, string expected) => Refused(Pickle(operations), expected);

    [Theory]
    [InlineData(0, 2, 4, 4, 1)]
    [InlineData(3, 2, 2, 2, 1)]
    [InlineData(-1, 2, 2, 2, 1)]
    [InlineData(0, 2000, 2000, 0, 0)]
    [InlineData(0, int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue)]
    public void A_view_that_leaves_its_storage_or_repeats_it_is_refused(int offset, int rows, int columns, int down, int right) =>
        Refused(Dictionary(("w", Tensor("0", 6, offset, [rows, columns], [down, right]))), "tensor 'w': expected a view within the storage's 6 elements");

    [Fact]
    public void A_storage_that_is_missing_or_short_is_refused()
    {
        Refused(Dictionary(("w", Tensor("1", 6, 0, [6], [1]))), "expected a record for the storage 1, found none");
        Refused(Dictionary(("w", Tensor("0", 7, 0, [6], [1]))), "tensor 'w': expected a storage of 7 elements of 4 bytes, found 24 bytes");
    }

    [Fact]
    public void A_pickle_that_nests_or_doubles_is_refused_quickly()
    {
        Refused(Pickle(new string(']', 100_000)), "at most 65536 values within each other");
        Refused(Pickle(")", string.Concat(Enumerable.Range(0, 200).Select(i => $"q{(char)i}h{(char)i}\u0086"))), "found a tuple");
        Refused(Pickle(string.Concat(Enumerable.Repeat("K\u00010", 1_100_000))), "at most 1000000 values");
    }

    [Fact]
    public void Another_byte_order_is_refused() =>
        RefusedFile(Archive(("data.pkl", Dictionary()), ("byteorder", "big"u8.ToArray())), "expected the byte order little, found big");

    [Fact]
    public void Every_cut_of_a_file_is_refused_with_a_sentence()
    {
        byte[] archive = Archive(("data.pkl", Dictionary(("w", Tensor("0", 6, 0, [6], [1])))), ("data/0", Six));
        byte[] legacy = Legacy(Dictionary(("w", Tensor("0", 6, 0, [6], [1], legacy: true))), ("0", [0, 1, 2, 3, 4, 5]));
        foreach (byte[] file in (byte[][])[archive, legacy])
            for (int length = 0; length < file.Length; length++) RefusedFile(file[..length], "expected");
    }

    [Fact]
    public void Changed_bytes_give_tensors_or_a_sentence()
    {
        byte[] archive = Archive(("data.pkl", Dictionary(("w", Tensor("0", 6, 0, [2, 3], [3, 1])))), ("data/0", Six));
        byte[] legacy = Legacy(Dictionary(("w", Tensor("0", 6, 0, [2, 3], [1, 2], legacy: true))), ("0", [0, 1, 2, 3, 4, 5]));
        foreach (byte[] file in (byte[][])[archive, legacy])
        {
            for (int at = 0; at < file.Length; at++)
            {
                foreach (byte value in (byte[])[0, 1, 0x7f, 0x80, 0xff, (byte)'(', (byte)'R', (byte)(file[at] ^ 1)])
                {
                    byte[] changed = [.. file];
                    changed[at] = value;
                    try
                    {
                        using TorchFile opened = Open(changed);
                        foreach (TorchEntry entry in opened.Entries) Values(opened, entry.Name);
                    }
                    catch (InputException e)
                    {
                        e.Message.Should().StartWith(folder.Path).And.NotContain("\n");
                    }
                }
            }
        }
    }

    private static unsafe float[] Values(WeightFile file, string name, long offset = 0, long? count = null)
    {
        WeightEntry entry = file.Find(name)!;
        var values = new float[count ?? entry.Count];
        fixed (float* destination = values) file.ReadFloat32(entry, destination, offset, values.Length);
        return values;
    }

    private TorchFile Open(byte[] bytes)
    {
        string path = folder.File("pytorch_model.bin");
        File.WriteAllBytes(path, bytes);
        return TorchFile.Open(path);
    }

    private void Refused(byte[] pickle, string expected) => RefusedFile(Archive(("data.pkl", pickle), ("data/0", Six)), expected);

    private void RefusedFile(byte[] bytes, string expected) =>
        FluentActions.Invoking(() => Open(bytes)).Should().Throw<InputException>().Which.Message.Should().Contain(expected).And.StartWith(folder.Path)
            .And.NotContain("\n");
}
