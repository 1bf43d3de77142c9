// A fact that needs what other libraries compute, which lies beside the checkout or where SPROUT_GOLDEN says.
namespace Sprout.Tests;

[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute()
    {
        if (Folder is null) Skip = "There is no folder of golden files: SPROUT_GOLDEN names none, and there is no shared/golden beside this checkout.";
    }

    /// <summary>The folder with "files", "models" and "metrics" in it; null when there is none.</summary>
    public static string? Folder { get; } =
        new[] { Environment.GetEnvironmentVariable("SPROUT_GOLDEN"), SharedData.Folder is null ? null : SharedData.PathOf("golden") }
            .FirstOrDefault(folder => folder is not null && Directory.Exists(Path.Combine(folder, "files")));
}
