// A backend that fails when it is told to.
using Sprout.Tensors;
using Sprout.Tensors.Reference;
using Sprout.Tensors.Ops;

namespace Sprout.Tests.Autograd;

/// <summary>The reference backend, with one allocation or kernel that fails.</summary>
internal sealed class FailingBackend : IBackend
{
    private readonly ReferenceBackend inner = new();

    /// <summary>How many calls succeed before one fails; those after it succeed again.</summary>
    public int CallsUntilFailure { get; set; } = int.MaxValue;

    public string Name => "failing";

    public string InstructionSet => inner.InstructionSet;

    public long LiveBytes => inner.LiveBytes;

    public long PeakBytes => inner.PeakBytes;

    public DeviceBuffer Allocate(long bytes) => Next().Allocate(bytes);

    public void Free(DeviceBuffer buffer) => inner.Free(buffer);

    public void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long offset) => inner.Upload(source, destination, offset);

    public void Download(DeviceBuffer source, long offset, Span<byte> destination) => inner.Download(source, offset, destination);

    public void Synchronize() => inner.Synchronize();

    public DevicePeak MeasurePeak() => inner.MeasurePeak();

    public void Fill(Tensor x, float value) => Next().Fill(x, value);

    public void Copy(Tensor x, Tensor y) => Next().Copy(x, y);

    public void AddScaled(Tensor x, float scale, Tensor y) => Next().AddScaled(x, scale, y);

    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise => Next().Map<TOp>(x, y);

    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise =>
        Next().MapBackward<TOp>(x, y, dy, dx, accumulate);

    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y) => Next().ApplyDropout(x, dropout, y);

    public void SumOfSquares(Tensor x, Tensor results, int index) => Next().SumOfSquares(x, results, index);

    public void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate) =>
        Next().MatMul(a, transposeA, b, transposeB, mask, c, accumulate);

    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise =>
        Next().Linear<TActivation>(x, w, mask, bias, z, y);

    public WeightLayout Pack(Tensor w, Mask? mask) => Next().Pack(w, mask);

    public WeightLayout Pack(SparseMatrix w) => Next().Pack(w);

    public WeightLayout PackQuantized(QuantizedMatrix w) => Next().PackQuantized(w);

    public (WeightLayout Weight, WeightLayout Transposed)? PackSparse(Tensor w, Mask mask) => Next().PackSparse(w, mask);

    public void PackedMatMul(Tensor x, WeightLayout w, Tensor y, bool accumulate) => Next().PackedMatMul(x, w, y, accumulate);

    public void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise =>
        Next().PackedLinear<TActivation>(x, w, bias, y);

    public void ColumnSum(Tensor x, Tensor y) => Next().ColumnSum(x, y);

    public void LayerNormForward(
        Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y) =>
        Next().LayerNormForward(x, residual, dropout, gamma, beta, epsilon, s, mean, rstd, y);

    public void LayerNormBackward(
        Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual,
        Tensor dgamma, Tensor dbeta) =>
        Next().LayerNormBackward(s, mean, rstd, gamma, dy, dropout, dx, dResidual, accumulateResidual, dgamma, dbeta);

    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate) => Next().Gather(table, rows, y, accumulate);

    public void Transpose(Tensor x, Tensor y) => Next().Transpose(x, y);

    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable) => Next().ScatterAdd(dy, rows, dtable);

    public void AttentionForward(
        Tensor q, Tensor k, Tensor v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context) =>
        Next().AttentionForward(q, k, v, queryOffsets, keyOffsets, heads, dropout, logSumExp, context);

    public void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor queryOffsets, IntTensor keyOffsets, int heads,
        Dropout dropout, Tensor dq, Tensor dk, Tensor dv) =>
        Next().AttentionBackward(q, k, v, context, logSumExp, dcontext, queryOffsets, keyOffsets, heads, dropout, dq, dk, dv);

    public void Softmax(Tensor x, Tensor y) => Next().Softmax(x, y);

    public void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, bool accumulate) => Next().SoftmaxBackward(y, dy, dx, accumulate);

    public void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits) =>
        Next().CrossEntropy(logits, offsets, targets, scale, loss, dlogits);

    public void SoftCrossEntropy(Tensor logits, Tensor targets, IntTensor offsets, float scale, Tensor loss, Tensor? dlogits) =>
        Next().SoftCrossEntropy(logits, targets, offsets, scale, loss, dlogits);

    public void BinaryCrossEntropy(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx) => Next().BinaryCrossEntropy(x, target, scale, loss, dx);

    public void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits) =>
        Next().Distillation(logits, teacher, offsets, temperature, scale, loss, dlogits);

    public void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx) => Next().SquaredError(x, target, scale, loss, dx);

    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits) => Next().TopV(scores, keep, bits);

    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits) => Next().Threshold(scores, threshold, minimumKept, bits);

    public long CountBits(IntTensor bits, long count) => Next().CountBits(bits, count);

    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits) =>
        Next().ExpandBits(blockBits, matrix, blockRows, blockColumns, bits);

    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y) => Next().ExpandBlocks(blocks, blockRows, blockColumns, y);

    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks) => Next().BlockSum(x, y, blockRows, blockColumns, blocks);

    public void ApplyMask(Tensor x, Mask mask, Tensor y) => Next().ApplyMask(x, mask, y);

    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates) => Next().HardConcrete(scores, noise, gates);

    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores) =>
        Next().HardConcreteBackward(scores, noise, dgates, dscores);

    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores) =>
        Next().SigmoidPenalty(scores, shift, scale, value, index, dscores);

    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v) => Next().AdamW(gradient, in step, w, m, v);

    public void MaskedAdamW(
        Tensor gradient, Mask? mask, Tensor? scoreGradient, in AdamWStep step, Tensor w, Tensor m, Tensor v,
        in AdamWStep scoreStep, Tensor scores, Tensor scoreM, Tensor scoreV) =>
        Next().MaskedAdamW(gradient, mask, scoreGradient, in step, w, m, v, in scoreStep, scores, scoreM, scoreV);

    public void MaskedSumOfSquares(Tensor gradient, Mask? mask, Tensor w, Tensor? scoreGradient, Tensor results, int index, int scoreIndex) =>
        Next().MaskedSumOfSquares(gradient, mask, w, scoreGradient, results, index, scoreIndex);

    public void Dispose() => inner.Dispose();

    private ReferenceBackend Next() => CallsUntilFailure-- == 0 ? throw new InjectedException() : inner;
}

/// <summary>The failure of a <see cref="FailingBackend"/>.</summary>
internal sealed class InjectedException : Exception;
