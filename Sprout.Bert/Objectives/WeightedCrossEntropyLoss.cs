// The loss of classes with class weights and label smoothing.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Data;
using Sprout.Bert.Metrics;
using Sprout.Tensors;

namespace Sprout.Bert.Objectives;

/// <summary>
/// (1 − ε) · w[class] · −log p[class] + ε/C · Σ over the classes c of w[c] · −log p[c], with p = softmax(logits), as torch's CrossEntropyLoss has it before
/// its reduction. A step takes the mean over its examples; torch divides by the sum of their weights.
/// </summary>
public sealed class WeightedCrossEntropyLoss : ITextLoss
{
    private readonly double[] weights;
    private readonly double smoothing;

    /// <summary>A loss.</summary>
    /// <param name="weights">w, one a class; null: all 1.</param>
    /// <param name="smoothing">ε, at least 0 and below 1.</param>
    /// <param name="classes">C.</param>
    /// <exception cref="ArgumentException">The weights are not one a class, or a number is out of range.</exception>
    public WeightedCrossEntropyLoss(IReadOnlyList<double>? weights, double smoothing, int classes)
    {
        this.weights = weights is null ? [.. Enumerable.Repeat(1.0, classes)] : [.. weights];
        this.smoothing = smoothing;
        if (this.weights.Length != classes) throw new ArgumentException($"Expected {classes} class weights, found {this.weights.Length}.", nameof(weights));
        if (this.weights.Any(weight => !double.IsFinite(weight) || weight < 0))
            throw new ArgumentException("Expected class weights of 0 or more.", nameof(weights));
        if (smoothing is not (>= 0 and < 1))
            throw new ArgumentException($"Expected a smoothing of 0 or more and below 1, found {smoothing}.", nameof(smoothing));
    }

    /// <inheritdoc/>
    public bool IsForNumbers => false;

    /// <inheritdoc/>
    public void Add(Tape tape, Variable logits, IReadOnlyList<TextExample> examples, float scale, Variable loss)
    {
        int classes = weights.Length;
        var values = new float[examples.Count * classes];
        for (int i = 0; i < examples.Count; i++)
        {
            for (int c = 0; c < classes; c++) values[(i * classes) + c] = (float)(smoothing / classes * weights[c]);
            int own = examples[i].Label;
            values[(i * classes) + own] = (float)(((1 - smoothing) * weights[own]) + (smoothing / classes * weights[own]));
        }

        using Tensor targets = Tensor.From(tape.Backend, logits.Shape, values);
        using IntTensor rows = Segments.OfRows(tape.Backend, examples.Count, classes);
        SoftCrossEntropyFunction.Apply(tape, logits, targets, rows, scale, loss);
    }

    /// <inheritdoc/>
    /// <remarks>Plain, so that evaluations of runs with other weights can be compared.</remarks>
    public double Of(ReadOnlySpan<float> logits, TextExample example) => Softmax.CrossEntropy(logits, example.Label);
}
