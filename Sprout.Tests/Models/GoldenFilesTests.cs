// One classifier in all the formats it is found in, and files that must be refused; made by Hugging Face's libraries.
using Sprout.Bert.Sources;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Tests.Models;

public sealed class GoldenFilesTests
{
    private static string Golden => GoldenFactAttribute.Folder!;

    [GoldenFact]
    public void Every_format_gives_the_same_numbers()
    {
        using SafetensorsFile expected = SafetensorsFile.Open(Path.Combine(Golden, "models", "bert", "sequence-classification", "model.safetensors"));
        string[] forms = Directory.GetDirectories(Path.Combine(Golden, "files", "whole"));
        forms.Should().HaveCountGreaterThan(16);
        foreach (string form in forms)
        {
            using var source = new HuggingFaceFolder(form);
            foreach (SafetensorsEntry entry in expected.Entries)
            {
                var wanted = new float[entry.Count];
                expected.ReadFloat32(entry, wanted);
                StoredTensor tensor = source.Find(entry.Name, "bert.") ?? throw new InvalidOperationException($"{form}: {entry.Name}");
                tensor.Extents.Should().Equal(entry.Shape, "{0} of {1}", entry.Name, form);
                var found = new float[entry.Count];
                source.Read(tensor, 0, found);
                found.Should().Equal(wanted.Select(value => Rounded(value, form)), "{0} of {1}", entry.Name, form);
            }
        }
    }

    [GoldenFact]
    public void Every_file_that_is_no_model_is_refused_with_a_sentence()
    {
        string[] files = Directory.GetDirectories(Path.Combine(Golden, "files", "refused"));
        files.Should().HaveCountGreaterThan(13);
        foreach (string file in files)
        {
            using var source = new HuggingFaceFolder(file);
            source.Invoking(s => s.Tensors).Should().Throw<InputException>(file)
                .Which.Message.Should().StartWith(Path.Combine(file, "pytorch_model.bin")).And.Contain("expected").And.NotContain("\n");
        }
    }

    private static float Rounded(float value, string form)
    {
        if (form.EndsWith("-float16", StringComparison.Ordinal)) return (float)(Half)value;
        if (!form.EndsWith("-bfloat16", StringComparison.Ordinal)) return value;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000);
    }
}
