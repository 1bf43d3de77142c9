// Damaged files: thousands of mutations end in an InputException or in values, never in anything else.
using Sprout.Tensors;
using Sprout.Tensors.IO;
using Sprout.Tensors.Random;

namespace Sprout.Tests.IO;

public sealed class SafetensorsFuzzTests : IDisposable
{
    private const int Cases = 4000;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Mutated_files_are_read_or_refused()
    {
        byte[] valid = ValidFile();
        int headerEnd = 8 + (int)BitConverter.ToInt64(valid);
        var random = new RandomStream(20_26, 1);
        string path = folder.File("fuzz.safetensors");
        int refused = 0;
        for (int i = 0; i < Cases; i++)
        {
            File.WriteAllBytes(path, Mutate(valid, headerEnd, random));
            try
            {
                ReadEverything(path);
            }
            catch (InputException e)
            {
                e.Message.Should().Contain(path);
                refused++;
            }
        }

        refused.Should().BeInRange(Cases / 2, Cases - 1, "most damage hits the header, some only the data");
    }

    private static byte[] Mutate(byte[] valid, int headerEnd, RandomStream random)
    {
        byte[] bytes = [.. valid];
        switch (random.NextInt(6))
        {
            case 0:
                return bytes[..random.NextInt(bytes.Length)];
            case 1:
                return [.. bytes, .. new byte[1 + random.NextInt(20)]];
            case 2:
                bytes[random.NextInt(bytes.Length)] ^= (byte)(1 << random.NextInt(8));
                return bytes;
            case 3:
                for (int n = 0; n < 4; n++) bytes[8 + random.NextInt(headerEnd - 8)] = (byte)random.NextUInt();
                return bytes;
            case 4:
                // Digits and punctuation keep the JSON plausible and its numbers wrong.
                const string likely = "0123456789[]{},:\"-e. \\";
                for (int n = 0; n < 2; n++) bytes[8 + random.NextInt(headerEnd - 8)] = (byte)likely[random.NextInt(likely.Length)];
                return bytes;
            default:
                int from = 8 + random.NextInt(headerEnd - 8), to = 8 + random.NextInt(headerEnd - 8), length = 1 + random.NextInt(30);
                Array.Copy(valid, from, bytes, to, Math.Min(length, valid.Length - Math.Max(from, to)));
                return bytes;
        }
    }

    private static void ReadEverything(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            int sum = 0;
            foreach (byte b in file.Raw(entry)) sum += b;
            if (entry.Type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F64)
                file.ReadFloat32(entry, new float[entry.Count]);
        }
    }

    private byte[] ValidFile()
    {
        string path = folder.File("valid.safetensors");
        SafetensorsWriter.Write(path,
        [
            SafetensorsTensor.Of<float>("bert.pooler.dense.weight", [4, 6], new float[24]),
            SafetensorsTensor.Of<float>("bert.pooler.dense.bias", [6], new float[6]),
            SafetensorsTensor.Of<long>("embeddings.position_ids", [1, 3], new long[3]),
            SafetensorsTensor.Of<byte>("mask", [5], new byte[5]),
        ]);
        return File.ReadAllBytes(path);
    }
}
