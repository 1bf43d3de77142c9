// Finds the folder of models and data that may lie beside a checkout; tests over it skip where it is absent.
namespace Sprout.Tests;

public static class SharedData
{
    /// <summary>The folder named "shared" with "models" in it, beside this checkout or one of its parents; null when there is none.</summary>
    public static string? Folder { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Folder!, .. parts]);

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "models"))) return candidate;
        }

        return null;
    }
}
