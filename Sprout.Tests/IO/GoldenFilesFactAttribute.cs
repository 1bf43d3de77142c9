// A fact that needs the model in many formats, which lies beside the checkout or where SPROUT_GOLDEN says.
namespace Sprout.Tests.IO;

[AttributeUsage(AttributeTargets.Method)]
public sealed class GoldenFilesFactAttribute : FactAttribute
{
    public GoldenFilesFactAttribute()
    {
        if (Folder is null) Skip = "There is no folder of golden files: SPROUT_GOLDEN names none, and there is no shared/golden beside this checkout.";
    }

    /// <summary>The folder with "files" and "models" in it; null when there is none.</summary>
    public static string? Folder { get; } =
        new[] { Environment.GetEnvironmentVariable("SPROUT_GOLDEN"), SharedData.Folder is null ? null : SharedData.PathOf("golden") }
            .FirstOrDefault(folder => folder is not null && Directory.Exists(Path.Combine(folder, "files")));
}
