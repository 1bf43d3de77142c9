// Which columns of a user's file hold what.
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Data;

/// <summary>
/// The columns of a user's file: names from its header (keys, in JSON) or 0-based indexes.
/// <para>
/// A CSV or TSV file has a header unless every given column is an index. With indexes alone its first row is data, except when its cell
/// in the label column reads as a header's does (<c>label</c>, <c>class</c>, <c>category</c>, <c>target</c>, <c>score</c>, <c>sentiment</c>, …),
/// or that in the text column (<c>text</c>, <c>sentence</c>, <c>review</c>, …). A column not given is found: the label is <c>label</c> (by
/// index: required to train), the texts are <c>sentence1</c> and <c>sentence2</c>, or else the only other column; several are refused.
/// Columns without a name, or named <c>idx</c>, <c>index</c>, <c>id</c>, <c>Unnamed: 0</c> or <c>__index_level_0__</c>, are never taken for
/// texts. A given text column without a pair column means single texts.
/// </para>
/// </summary>
/// <param name="TextColumn">Column of the text.</param>
/// <param name="PairColumn">Column of the second text.</param>
/// <param name="LabelColumn">Column of the label.</param>
public sealed record CustomTextOptions(string? TextColumn = null, string? PairColumn = null, string? LabelColumn = null)
{
    /// <summary>Whether a cell holds any number of labels, none too: separated by commas, or a JSON array.</summary>
    public bool IsMultiLabel { get; init; }

    /// <summary>Where columns do not matter: takes the first two of several candidates.</summary>
    internal bool GuessPair { get; init; }

    /// <summary>Whether labels are not read: a column that is called like one may be the text.</summary>
    internal bool IsTextsOnly { get; init; }

    /// <summary>Checks that no column is given twice.</summary>
    /// <exception cref="OptionException">Two of the columns are the same.</exception>
    public void Validate()
    {
        string?[] given = [TextColumn, PairColumn, LabelColumn];
        foreach (string? column in given)
        {
            if (column is not null && given.Count(other => other == column) > 1)
            {
                OptionName text = new(nameof(TextColumn)), pair = new(nameof(PairColumn)), label = new(nameof(LabelColumn));
                throw OptionException.Of($"{text}, {pair} and {label}: expected different columns, found {InputFile.Quote(column)} twice.");
            }
        }
    }
}
