// What one matrix of a model holds.
namespace Sprout.Pruning.Inspection;

/// <summary>What one matrix of a model holds.</summary>
/// <param name="Name">The module's name with the <c>bert.</c> prefix, such as "bert.encoder.layer.0.attention.self.query".</param>
/// <param name="Rows">Rows: outputs, or entries of a table.</param>
/// <param name="Columns">Columns: inputs, or the width of a table.</param>
/// <param name="NonZeros">Entries that are not 0; −0 is 0.</param>
/// <param name="IsPrunable">Whether it is one of the encoder's six matrices a layer.</param>
public sealed record MatrixCost(string Name, int Rows, int Columns, long NonZeros, bool IsPrunable)
{
    /// <summary>Entries.</summary>
    public long Size => (long)Rows * Columns;

    /// <summary>Non-zeros ÷ entries.</summary>
    public double Density => Size == 0 ? 0 : (double)NonZeros / Size;
}
