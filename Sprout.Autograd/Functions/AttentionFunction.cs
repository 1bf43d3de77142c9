// Multi-head attention over sequences laid end to end.
using Sprout.Tensors;

namespace Sprout.Autograd.Functions;

/// <summary>
/// context = dropout(softmax(q kᵀ / √D)) v within each sequence and head (Vaswani et al. 2017, equation 1). k, v [T, H] with offsets [B + 1]; q, context [Q, H]
/// with offsets of their own, the same ones where every token asks. Keeps the logarithm of each softmax's denominator [Q, heads]; probabilities are computed
/// again on the way back and never stored for a batch.
/// </summary>
public sealed class AttentionFunction : Function
{
    private readonly Variable q, k, v;
    private readonly IntTensor queryOffsets, keyOffsets;
    private readonly int heads;
    private readonly Dropout dropout;
    private readonly Tensor logSumExp;

    private AttentionFunction(Variable q, Variable k, Variable v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor logSumExp)
    {
        this.q = q;
        this.k = k;
        this.v = v;
        this.queryOffsets = queryOffsets;
        this.keyOffsets = keyOffsets;
        this.heads = heads;
        this.dropout = dropout;
        this.logSumExp = logSumExp;
    }

    /// <summary>Attends within each sequence. Without heads everything is of width 0, and so is the context.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit, or the width is no multiple of the heads.</exception>
    public static Variable Apply(
        Tape tape, Variable q, Variable k, Variable v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, float dropoutProbability)
    {
        if (q.Shape.Rank != 2 || k.Shape.Rank != 2 || v.Shape != k.Shape || k.Shape.Columns != q.Shape.Columns)
            throw new ArgumentException(
                $"Attention: query {q.Shape}, key {k.Shape} and value {v.Shape} must be matrices of one width, the latter of one shape.");
        if (queryOffsets.Length != keyOffsets.Length)
            throw new ArgumentException($"Attention: {queryOffsets.Length} query offsets and {keyOffsets.Length} key offsets must be as many.");
        if (heads == 0 && q.Shape.Columns == 0) return tape.Output(q.Shape, needsGrad: false);
        if (heads < 1 || q.Shape.Columns % heads != 0) throw new ArgumentException($"Attention: {heads} heads do not divide the width {q.Shape.Columns}.");
        bool needsGrad = q.RequiresGrad || k.RequiresGrad || v.RequiresGrad;
        Dropout dropout = tape.NextDropout(dropoutProbability);
        Tensor? logSumExp = tape.Recording && needsGrad ? tape.Rent(new Shape(q.Shape.Rows, heads)) : null;
        Variable context = tape.Output(q.Shape, needsGrad);
        tape.Backend.AttentionForward(q.Value, k.Value, v.Value, queryOffsets, keyOffsets, heads, dropout, logSumExp, context.Value);
        if (logSumExp is not null) tape.Record(new AttentionFunction(q, k, v, queryOffsets, keyOffsets, heads, dropout, logSumExp), context);
        return context;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape)
    {
        // One variable may be query, key and value at once: then the second and third gradients come to the first.
        using Target dq = new(q), dk = new(k), dv = new(v);
        tape.Backend.AttentionBackward(
            q.Value, k.Value, v.Value, Output.Value, logSumExp, Output.Grad!, queryOffsets, keyOffsets, heads, dropout, dq.Tensor, dk.Tensor, dv.Tensor);
        dq.Add();
        dk.Add();
        dv.Add();
    }

    // The kernel overwrites all three gradients; where one exists already or is not wanted it writes beside it.
    private readonly struct Target : IDisposable
    {
        private readonly Tensor? sum;
        private readonly bool owned;

        public Target(Variable variable)
        {
            bool accumulate = false;
            Tensor? gradient = variable.RequiresGrad ? variable.GradTarget(out accumulate) : null;
            owned = gradient is null || accumulate;
            sum = accumulate ? gradient : null;
            Tensor = owned ? Tensors.Tensor.Rent(variable.Backend, variable.Shape) : gradient!;
        }

        public Tensor Tensor { get; }

        public void Add() => sum?.Backend.AddScaled(Tensor, 1f, sum);

        public void Dispose()
        {
            if (owned) Tensor.Dispose();
        }
    }
}
