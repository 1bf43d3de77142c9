// The oracle: every kernel as the plainest loop that follows its formula.
namespace Sprout.Tensors.Cpu.Reference;

/// <summary>
/// Every kernel as the plainest loop over its formula, sums in double, one thread, never optimised. Tests compare all other backends with it.
/// </summary>
public sealed unsafe partial class ReferenceBackend : HostBackend, IBackend
{
    /// <inheritdoc/>
    public string Name => "reference";
}
