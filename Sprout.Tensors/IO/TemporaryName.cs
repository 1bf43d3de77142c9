// Names of what is not finished.
namespace Sprout.Tensors.IO;

/// <summary>The target's name, 32 random digits and an ending: nobody can plant a link under it, and a sweep takes nothing that is not Sprout's.</summary>
internal static class TemporaryName
{
    /// <summary>A new name beside a path.</summary>
    public static string Beside(string path, string ending) => $"{path}.{Guid.NewGuid():N}{ending}";

    /// <summary>The path beside which a name was made; null for a name that was not.</summary>
    public static string? TargetOf(string path, string ending)
    {
        if (!path.EndsWith(ending, StringComparison.Ordinal)) return null;
        string rest = path[..^ending.Length];
        int dot = rest.LastIndexOf('.');
        return dot > 0 && Guid.TryParseExact(rest.AsSpan(dot + 1), "N", out _) ? rest[..dot] : null;
    }
}
