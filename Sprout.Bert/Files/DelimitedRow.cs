// One row of a CSV or TSV file.
namespace Sprout.Bert.Files;

/// <summary>The fields of one row.</summary>
/// <param name="Line">Number of the line the row starts on, from 1.</param>
/// <param name="Fields">The cells, unquoted, at least one.</param>
public readonly record struct DelimitedRow(int Line, string[] Fields);
