// What was removed from a model, in words.
namespace Sprout.Cli.Shell;

/// <summary>Heads and neurons that are gone.</summary>
internal static class RemovedText
{
    /// <summary>Such as "3 of 72 heads, 900 of 9216 neurons".</summary>
    public static string Of(long removedHeads, long heads, long removedNeurons, long neurons) =>
        FormattableString.Invariant($"{removedHeads} of {heads} heads, {removedNeurons} of {neurons} neurons");
}
