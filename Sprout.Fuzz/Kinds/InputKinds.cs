// Everything that users give.
using System.Text;

namespace Sprout.Fuzz.Kinds;

/// <summary>All kinds of input.</summary>
internal static class InputKinds
{
    /// <summary>The kinds, those of a model first.</summary>
    public static IReadOnlyList<InputKind> All { get; } =
        [.. WeightKinds.All, .. ModelKinds.All, .. SparseFileKinds.All, .. TokenizerKinds.All, .. DataKinds.All, .. RunKinds.All];

    /// <summary>A text as a file has it.</summary>
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>What a writer puts into a file of its choice.</summary>
    public static byte[] Written(string name, Action<string> write)
    {
        string folder = Directory.CreateTempSubdirectory("sprout-seed-").FullName;
        try
        {
            write(folder);
            return File.ReadAllBytes(Path.Combine(folder, name));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
