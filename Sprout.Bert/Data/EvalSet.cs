// One evaluation set of a task.
namespace Sprout.Bert.Data;

/// <summary>Examples that are evaluated together.</summary>
/// <param name="Suffix">
/// What follows the names of its metrics: empty, or <c>_mm</c> for MNLI's mismatched set (<c>eval_accuracy_mm</c>), as Hugging Face's
/// run_glue has it.
/// </param>
/// <param name="File">Where the examples come from.</param>
/// <param name="Examples">The examples in file order, at least one.</param>
/// <param name="HasLabels">Whether the file has labels; without them there are predictions but no metrics.</param>
public sealed record EvalSet(string Suffix, string File, IReadOnlyList<TextExample> Examples, bool HasLabels);
