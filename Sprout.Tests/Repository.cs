// The checkout that the tests run in.
namespace Sprout.Tests;

internal static class Repository
{
    /// <summary>The folder that holds Sprout.sln.</summary>
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sprout.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
