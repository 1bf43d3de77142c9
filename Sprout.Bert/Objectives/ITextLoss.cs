// The loss of a classification or a regression.
using Sprout.Autograd;
using Sprout.Bert.Data;

namespace Sprout.Bert.Objectives;

/// <summary>The loss of texts with their labels. A loss of your own implements this and joins <see cref="TextLosses"/>.</summary>
public interface ITextLoss
{
    /// <summary>Whether the loss is for numbers (a regression's) or for classes.</summary>
    bool IsForNumbers { get; }

    /// <summary>Whether the loss is for classes of which an example may have any number.</summary>
    bool IsForLabelSets => false;

    /// <summary>Adds scale · Σ of the losses of some examples to a scalar, by recorded functions, so that the tape finds the gradient.</summary>
    /// <param name="tape">A recording tape.</param>
    /// <param name="logits">The model's output [B, C]; [B, 1] in a regression.</param>
    /// <param name="examples">The B examples.</param>
    /// <param name="scale">1 ÷ the examples of the step, times the weight of this loss.</param>
    /// <param name="loss">The scalar [1].</param>
    void Add(Tape tape, Variable logits, IReadOnlyList<TextExample> examples, float scale, Variable loss);

    /// <summary>The loss of one example, for evaluation.</summary>
    double Of(ReadOnlySpan<float> logits, TextExample example);
}
