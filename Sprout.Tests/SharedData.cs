// The shared folder of models and data beside the checkout; tests that need it skip where it is absent.
namespace Sprout.Tests;

internal static class SharedData
{
    /// <summary>The nearest folder named "shared" that holds "models", from the test binaries upwards; null when there is none.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "models"))) return candidate;
        }

        return null;
    }
}

/// <summary>A fact that is skipped where the shared folder is absent.</summary>
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute()
    {
        if (SharedData.Folder is null) Skip = "There is no shared folder of models beside this checkout.";
    }
}
