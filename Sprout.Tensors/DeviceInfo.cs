// What is known of a device before it is opened.
namespace Sprout.Tensors;

/// <summary>A device of this machine, or one that is missing.</summary>
/// <param name="Name">What opens it: "cpu", "cuda:0".</param>
/// <param name="Description">The maker's name for it; empty when it is missing.</param>
/// <param name="MemoryBytes">Its memory; 0 when it is missing.</param>
/// <param name="Limits">What else is worth knowing, as name and value.</param>
/// <param name="Missing">Why it cannot be used, or null when it can.</param>
public sealed record DeviceInfo(string Name, string Description, long MemoryBytes, IReadOnlyList<KeyValuePair<string, string>> Limits, string? Missing)
{
    /// <summary>A device that cannot be used.</summary>
    public static DeviceInfo Unavailable(string name, string reason) => new(name, "", 0, [], reason);
}
