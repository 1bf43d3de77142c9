// What the model reads of one text or pair.
namespace Sprout.Bert.Tokenization;

/// <summary>One sequence ready for the model: <c>[CLS] a [SEP]</c> or <c>[CLS] a [SEP] b [SEP]</c>, without padding.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="TypeIds">As many as <paramref name="Ids"/>: 0 up to and with the first <c>[SEP]</c>, 1 after it.</param>
public sealed record TokenSequence(int[] Ids, int[] TypeIds)
{
    /// <summary>Length, ids and type ids, for comparing data.</summary>
    public IEnumerable<int> Numbers => TypeIds.Concat(Ids).Prepend(Ids.Length);
}
