// A fact that holds on some operating systems only.
namespace Sprout.Tests;

/// <summary>Skipped, and said so, elsewhere than on these systems ("linux", "macos").</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SystemFactAttribute : FactAttribute
{
    public SystemFactAttribute(params string[] systems)
    {
        if (!systems.Any(OperatingSystem.IsOSPlatform)) Skip = $"Only on {string.Join(", ", systems)}.";
    }
}
