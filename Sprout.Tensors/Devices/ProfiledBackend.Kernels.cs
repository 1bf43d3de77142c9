// The kernels of a profile: each is passed on between two looks at the clock.
using System.Runtime.InteropServices;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Devices;

public sealed partial class ProfiledBackend
{
    /// <inheritdoc/>
    public void Fill(Tensor x, float value)
    {
        Begin(Cost.Fill(x));
        inner.Fill(x, value);
        End();
    }

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y)
    {
        Begin(Cost.Copy(x, y));
        inner.Copy(x, y);
        End();
    }

    /// <inheritdoc/>
    public void AddScaled(Tensor x, float scale, Tensor y)
    {
        Begin(Cost.AddScaled(x, y));
        inner.AddScaled(x, scale, y);
        End();
    }

    /// <inheritdoc/>
    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise
    {
        Begin(Cost.Map<TOp>(x, y));
        inner.Map<TOp>(x, y);
        End();
    }

    /// <inheritdoc/>
    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise
    {
        Begin(Cost.MapBackward<TOp>(x, dy, dx));
        inner.MapBackward<TOp>(x, y, dy, dx, accumulate);
        End();
    }

    /// <inheritdoc/>
    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y)
    {
        Begin(Cost.ApplyDropout(x, y));
        inner.ApplyDropout(x, dropout, y);
        End();
    }

    /// <inheritdoc/>
    public void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate)
    {
        Begin(Cost.MatMul(a, transposeA, b, transposeB, c));
        inner.MatMul(a, transposeA, b, transposeB, mask, c, accumulate);
        End();
    }

    /// <inheritdoc/>
    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise
    {
        Begin(Cost.Linear<TActivation>(x, w, z, y));
        inner.Linear<TActivation>(x, w, mask, bias, z, y);
        End();
    }

    /// <inheritdoc/>
    public WeightLayout Pack(Tensor w, Mask? mask)
    {
        Begin(Cost.Pack(w));
        WeightLayout packed = inner.Pack(w, mask);
        End(packed.Bytes);
        return packed;
    }

    /// <inheritdoc/>
    public WeightLayout Pack(SparseMatrix w)
    {
        Begin(Cost.Pack(w));
        WeightLayout packed = inner.Pack(w);
        End(packed.Bytes);
        return packed;
    }

    /// <inheritdoc/>
    public WeightLayout PackQuantized(QuantizedMatrix w)
    {
        ArgumentNullException.ThrowIfNull(w);
        Begin(Cost.PackQuantized(w));
        WeightLayout packed = inner.PackQuantized(w);
        End(packed.Bytes);
        return packed;
    }

    /// <inheritdoc/>
    public (WeightLayout Weight, WeightLayout Transposed)? PackSparse(Tensor w, Mask mask)
    {
        Begin(Cost.PackSparse(w));
        (WeightLayout Weight, WeightLayout Transposed)? packed = inner.PackSparse(w, mask);
        End(packed is var (weight, transposed) ? weight.Bytes + transposed.Bytes : 0);
        return packed;
    }

    /// <inheritdoc/>
    public void PackedMatMul(Tensor x, WeightLayout w, Tensor y, bool accumulate)
    {
        Begin(Cost.PackedMatMul(x, w, y));
        inner.PackedMatMul(x, w, y, accumulate);
        End();
    }

    /// <inheritdoc/>
    public void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise
    {
        Begin(Cost.PackedLinear<TActivation>(x, w, y));
        inner.PackedLinear<TActivation>(x, w, bias, y);
        End();
    }

    /// <inheritdoc/>
    public void ColumnSum(Tensor x, Tensor y)
    {
        Begin(Cost.ColumnSum(x));
        inner.ColumnSum(x, y);
        End();
    }

    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        Begin(Cost.Transpose(x, y));
        inner.Transpose(x, y);
        End();
    }

    /// <inheritdoc/>
    public void LayerNormForward(
        Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y)
    {
        Begin(Cost.LayerNormForward(x, residual, s, y));
        inner.LayerNormForward(x, residual, dropout, gamma, beta, epsilon, s, mean, rstd, y);
        End();
    }

    /// <inheritdoc/>
    public void LayerNormBackward(
        Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual,
        Tensor dgamma, Tensor dbeta)
    {
        Begin(Cost.LayerNormBackward(s, dy, dx, dResidual));
        inner.LayerNormBackward(s, mean, rstd, gamma, dy, dropout, dx, dResidual, accumulateResidual, dgamma, dbeta);
        End();
    }

    /// <inheritdoc/>
    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate)
    {
        Begin(Cost.Gather(y));
        inner.Gather(table, rows, y, accumulate);
        End();
    }

    /// <inheritdoc/>
    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable)
    {
        Begin(Cost.ScatterAdd(dy));
        inner.ScatterAdd(dy, rows, dtable);
        End();
    }

    /// <inheritdoc/>
    public void AttentionForward(
        Tensor q, Tensor k, Tensor v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context)
    {
        Begin(Cost.AttentionForward(q, k, v, context, Pairs(queryOffsets, keyOffsets)));
        inner.AttentionForward(q, k, v, queryOffsets, keyOffsets, heads, dropout, logSumExp, context);
        End();
    }

    /// <inheritdoc/>
    public void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor queryOffsets, IntTensor keyOffsets,
        int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv)
    {
        Begin(Cost.AttentionBackward(q, k, v, context, dcontext, dq, dk, dv, Pairs(queryOffsets, keyOffsets)));
        inner.AttentionBackward(q, k, v, context, logSumExp, dcontext, queryOffsets, keyOffsets, heads, dropout, dq, dk, dv);
        End();
    }

    /// <inheritdoc/>
    public void Softmax(Tensor x, Tensor y)
    {
        Begin(Cost.Softmax(x, y));
        inner.Softmax(x, y);
        End();
    }

    /// <inheritdoc/>
    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, bool accumulate)
    {
        Begin(Cost.SoftmaxBackward(y, dy, dx));
        inner.SoftmaxBackward(y, dy, dx, accumulate);
        End();
    }

    /// <inheritdoc/>
    public void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits)
    {
        Begin(Cost.CrossEntropy(logits, dlogits));
        inner.CrossEntropy(logits, offsets, targets, scale, loss, dlogits);
        End();
    }

    /// <inheritdoc/>
    public void SoftCrossEntropy(Tensor logits, Tensor targets, IntTensor offsets, float scale, Tensor loss, Tensor? dlogits)
    {
        Begin(Cost.SoftCrossEntropy(logits, targets, dlogits));
        inner.SoftCrossEntropy(logits, targets, offsets, scale, loss, dlogits);
        End();
    }

    /// <inheritdoc/>
    public void BinaryCrossEntropy(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx)
    {
        Begin(Cost.BinaryCrossEntropy(x, target, dx));
        inner.BinaryCrossEntropy(x, target, scale, loss, dx);
        End();
    }

    /// <inheritdoc/>
    public void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits)
    {
        Begin(Cost.Distillation(logits, teacher, dlogits));
        inner.Distillation(logits, teacher, offsets, temperature, scale, loss, dlogits);
        End();
    }

    /// <inheritdoc/>
    public void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx)
    {
        Begin(Cost.SquaredError(x, target, dx));
        inner.SquaredError(x, target, scale, loss, dx);
        End();
    }

    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits)
    {
        Begin(Cost.TopV(scores, bits));
        inner.TopV(scores, keep, bits);
        End();
    }

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits)
    {
        Begin(Cost.Threshold(scores, bits));
        inner.Threshold(scores, threshold, minimumKept, bits);
        End();
    }

    /// <inheritdoc/>
    public long CountBits(IntTensor bits, long count)
    {
        Begin(Cost.CountBits(bits));
        long set = inner.CountBits(bits, count);
        End();
        return set;
    }

    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits)
    {
        Begin(Cost.ExpandBits(blockBits, bits));
        inner.ExpandBits(blockBits, matrix, blockRows, blockColumns, bits);
        End();
    }

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y)
    {
        Begin(Cost.ExpandBlocks(blocks, y));
        inner.ExpandBlocks(blocks, blockRows, blockColumns, y);
        End();
    }

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks)
    {
        Begin(Cost.BlockSum(x, y, blocks));
        inner.BlockSum(x, y, blockRows, blockColumns, blocks);
        End();
    }

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y)
    {
        Begin(Cost.ApplyMask(x, mask, y));
        inner.ApplyMask(x, mask, y);
        End();
    }

    /// <inheritdoc/>
    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates)
    {
        Begin(Cost.HardConcrete(scores, gates));
        inner.HardConcrete(scores, noise, gates);
        End();
    }

    /// <inheritdoc/>
    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores)
    {
        Begin(Cost.HardConcreteBackward(scores, dgates, dscores));
        inner.HardConcreteBackward(scores, noise, dgates, dscores);
        End();
    }

    /// <inheritdoc/>
    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores)
    {
        Begin(Cost.SigmoidPenalty(scores, dscores));
        inner.SigmoidPenalty(scores, shift, scale, value, index, dscores);
        End();
    }

    /// <inheritdoc/>
    public void SumOfSquares(Tensor x, Tensor results, int index)
    {
        Begin(Cost.SumOfSquares(x));
        inner.SumOfSquares(x, results, index);
        End();
    }

    /// <inheritdoc/>
    public void MaskedSumOfSquares(Tensor gradient, Mask? mask, Tensor w, Tensor? scoreGradient, Tensor results, int index, int scoreIndex)
    {
        Begin(Cost.MaskedSumOfSquares(gradient, w, scoreGradient));
        inner.MaskedSumOfSquares(gradient, mask, w, scoreGradient, results, index, scoreIndex);
        End();
    }

    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v)
    {
        Begin(Cost.AdamW(w));
        inner.AdamW(gradient, step, w, m, v);
        End();
    }

    /// <inheritdoc/>
    public void MaskedAdamW(
        Tensor gradient, Mask? mask, Tensor? scoreGradient, in AdamWStep step, Tensor w, Tensor m, Tensor v,
        in AdamWStep scoreStep, Tensor scores, Tensor scoreM, Tensor scoreV)
    {
        Begin(Cost.MaskedAdamW(w, scoreGradient));
        inner.MaskedAdamW(gradient, mask, scoreGradient, step, w, m, v, scoreStep, scores, scoreM, scoreV);
        End();
    }

    // Σ over sequences of its queries times its keys.
    private double Pairs(IntTensor queryOffsets, IntTensor keyOffsets)
    {
        int[] queries = ToArray(queryOffsets), keys = ToArray(keyOffsets);
        double pairs = 0;
        for (int i = 1; i < keys.Length; i++) pairs += (double)(queries[i] - queries[i - 1]) * (keys[i] - keys[i - 1]);
        return pairs;
    }

    private int[] ToArray(IntTensor x)
    {
        var values = new int[x.Length];
        inner.Download(x.Buffer, 0, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
