// A folder of small files for one test.
using System.Text;
using Sprout.Tensors;

namespace Sprout.Tests.Data;

public sealed class TemporaryFiles : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("sprout-data-").FullName;

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public static void ShouldFail(Func<object?> action, params string[] parts)
    {
        string message = action.Should().Throw<InputException>().Which.Message;
        foreach (string part in parts) message.Should().Contain(part);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
