// The kernel menu: everything a device must be able to do, once, with shapes. Read this file first.
using Sprout.Tensors.Ops;

namespace Sprout.Tensors;

/// <summary>
/// The kernel menu of a device. Conventions of all members:
/// arguments come as sources, then sizes and settings, then destinations; tensors are dense, row-major and on this backend;
/// destinations may not overlap sources unless it is said; a destination is overwritten unless the name or an <c>accumulate</c> argument says that
/// it is added to; shapes are checked by the callers (autograd functions), kernels rely on them; extents of 0 are allowed and do nothing (sums are 0).
/// The same inputs give the same bits on any number of threads. Kernels may run asynchronously; <see cref="Download"/> waits.
/// A backend is used by one thread at a time.
/// A section's first word names a family of kernels: each backend has them in the file of that name, their tests and GPU code are in files that begin with it.
/// Letters: T tokens of a batch laid end to end, B sequences, H hidden size, N rows and K columns of a weight, C classes.
/// </summary>
public interface IBackend : IDisposable
{
    // ---- Device: in the file of the backend itself ----------------------------------------------------------------------------

    /// <summary>The device's name as <c>Device.Open</c> takes it, with the instruction set for processors: "cpu (AVX-512, 2 threads)".</summary>
    string Name { get; }

    /// <summary>What its kernels are compiled for: "avx512", "avx2" or "portable" on processors, else the kind of device.</summary>
    string InstructionSet { get; }

    /// <summary>Bytes handed out and not given back.</summary>
    long LiveBytes { get; }

    /// <summary>The largest value that <see cref="LiveBytes"/> has had.</summary>
    long PeakBytes { get; }

    /// <summary>Memory with undefined content, aligned to 64 bytes, from the device's pool.</summary>
    /// <exception cref="OutOfMemoryException">The device has not that much left.</exception>
    DeviceBuffer Allocate(long bytes);

    /// <summary>Gives memory back to the pool.</summary>
    void Free(DeviceBuffer buffer);

    /// <summary>Copies host memory to the device, at a byte offset of the buffer.</summary>
    void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long offset);

    /// <summary>Copies device memory to the host; waits for all kernels before.</summary>
    void Download(DeviceBuffer source, long offset, Span<byte> destination);

    /// <summary>Waits for all kernels before; processors are done when a kernel returns.</summary>
    void Synchronize();

    // ---- Peak -----------------------------------------------------------------------------------------------------------------

    /// <summary>Measures the most that the device can do; takes some tenths of a second.</summary>
    DevicePeak MeasurePeak();

    // ---- Elements: each by itself ---------------------------------------------------------------------------------------------

    /// <summary>x = value.</summary>
    void Fill(Tensor x, float value);

    /// <summary>y = x.</summary>
    void Copy(Tensor x, Tensor y);

    /// <summary>y += scale · x.</summary>
    void AddScaled(Tensor x, float scale, Tensor y);

    /// <summary>y = f(x); y may be x.</summary>
    void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise;

    /// <summary>dx = f'(x) · dy, or dx += …; y = f(x); dx may be dy when not accumulating.</summary>
    void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise;

    /// <summary>y = x with dropout; also its own backward. y may be x.</summary>
    void ApplyDropout(Tensor x, Dropout dropout, Tensor y);

    // ---- MatMul: products of matrices -----------------------------------------------------------------------------------------

    /// <summary>
    /// c [m, n] = op(a) · op(b'), or c += …; op transposes when its flag is set; b' = b ⊙ mask when there is one.
    /// a is [m, k] (transposed: [k, m]), b is [k, n] (transposed: [n, k]), the mask has b's shape as stored.
    /// </summary>
    void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate);

    /// <summary>z = x · (w ⊙ mask)ᵀ + bias; y = f(z). x [T, K], w [N, K], bias [N] or null, z [T, N] (null: not kept), y [T, N].</summary>
    void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise;

    /// <summary>
    /// w ⊙ mask, w [N, K], made ready for <see cref="PackedLinear"/>: pays where a weight meets several batches before it changes, as in inference.
    /// </summary>
    WeightLayout Pack(Tensor w, Mask? mask);

    /// <summary>The same of a weight that was never dense, of which it keeps nothing. On processors it gives the bits that a dense W would.</summary>
    WeightLayout Pack(SparseMatrix w);

    /// <summary>
    /// A weight of 8-bit integers for products in integers: <see cref="PackedLinear"/> and <see cref="PackedMatMul"/> with it turn each row of x into
    /// integers q of 7 bits (<see cref="RowQuantization"/>) and compute (Σ q · w − zero · Σ w) · (scale of the row of x · scale of the row of w), with exact
    /// sums and then in single precision. So x is off by half its scale at most. A row of x that is not finite makes all of its outputs NaN.
    /// </summary>
    WeightLayout PackQuantized(QuantizedMatrix w);

    /// <summary>
    /// w ⊙ mask and its transpose, for a weight that is about to change again, as in training; both are the caller's. Null where this backend would not gain.
    /// </summary>
    (WeightLayout Weight, WeightLayout Transposed)? PackSparse(Tensor w, Mask mask);

    /// <summary><see cref="Linear"/> with a weight that this backend has packed: y = f(x · wᵀ + bias).</summary>
    void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise;

    /// <summary>y = x · wᵀ, or y += …, with a weight that this backend has packed; x [T, K], w [N, K], y [T, N].</summary>
    void PackedMatMul(Tensor x, WeightLayout w, Tensor y, bool accumulate);

    // ---- Matrix: what else is done to a whole one -----------------------------------------------------------------------------

    /// <summary>y [C] += Σ over rows of x [R, C].</summary>
    void ColumnSum(Tensor x, Tensor y);

    /// <summary>y = xᵀ; x [R, C], y [C, R].</summary>
    void Transpose(Tensor x, Tensor y);

    // ---- LayerNorm ------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// s = residual + dropout(x); y = (s − mean) · rstd · gamma + beta for every row, rstd = 1 / √(variance + epsilon) with the biased variance.
    /// x, residual (null: 0), s (null: not kept), y [T, H]; gamma, beta [H]; mean, rstd [T] (null: not kept). s may be x.
    /// </summary>
    void LayerNormForward(
        Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y);

    /// <summary>
    /// Backward of <see cref="LayerNormForward"/>: with x̂ = (s − mean) · rstd and g = dy ⊙ gamma, ds = rstd · (g − mean(g) − x̂ · mean(g ⊙ x̂));
    /// dx = dropout(ds), dResidual (null: not wanted) = ds or += ds, dgamma += Σ dy ⊙ x̂, dbeta += Σ dy. dx may be dy.
    /// </summary>
    void LayerNormBackward(
        Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual,
        Tensor dgamma, Tensor dbeta);

    // ---- Gather: rows of tables -----------------------------------------------------------------------------------------------

    /// <summary>y[t] = table[rows[t]], or += …; table [V, H], y [T, H].</summary>
    void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate);

    /// <summary>dtable[rows[t]] += dy[t], in the order of t; dtable [V, H], dy [T, H].</summary>
    void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable);

    // ---- Attention ------------------------------------------------------------------------------------------------------------

    /// <summary>
    /// Scaled dot-product attention within each sequence: for head h of width D = H / heads, P = softmax(q kᵀ / √D), context = dropout(P) v.
    /// k, v [T, H] and q, context [Q, H] with head h in columns h·D to (h+1)·D; keyOffsets [B + 1] are the first tokens of the sequences and T at the end,
    /// queryOffsets [B + 1] their first rows of q and Q. They are the same where every token asks; a sequence that asks has a token. logSumExp [Q, heads]
    /// receives the logarithm of the softmax denominators (null: not kept). No probability matrix of a batch is stored.
    /// </summary>
    void AttentionForward(
        Tensor q, Tensor k, Tensor v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context);

    /// <summary>Backward of <see cref="AttentionForward"/>: overwrites dq, dk, dv; probabilities are computed again from logSumExp.</summary>
    void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor queryOffsets, IntTensor keyOffsets,
        int heads, Dropout dropout, Tensor dq, Tensor dk, Tensor dv);

    // ---- Softmax --------------------------------------------------------------------------------------------------------------

    /// <summary>y = softmax of every row of x: y[i, j] = exp(x[i, j]) / Σₖ exp(x[i, k]); x, y [R, C]. y may be x.</summary>
    void Softmax(Tensor x, Tensor y);

    /// <summary>Backward of <see cref="Softmax"/>: dx = y ⊙ (dy − Σ over the row of y ⊙ dy), or dx += …; dx may be dy when not accumulating.</summary>
    void SoftmaxBackward(Tensor y, Tensor dy, Tensor dx, bool accumulate);

    // ---- Loss: each adds scale · its value to loss [1] and, when dlogits is given, scale · its gradient to dlogits ------------

    /// <summary>
    /// Σ over segments s of −log softmax(logits of s)[targets[s]]. logits is flat, segment s reaches from offsets[s] to offsets[s+1], targets [S] count within
    /// the segment.
    /// </summary>
    void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits);

    /// <summary>
    /// Cross-entropy with a weight for every logit: Σ over segments of Σ over the segment of −targets · log softmax(logits). targets are as many as the logits
    /// and need not add up to 1; they get no gradient.
    /// </summary>
    void SoftCrossEntropy(Tensor logits, Tensor targets, IntTensor offsets, float scale, Tensor loss, Tensor? dlogits);

    /// <summary>Σ −(target · log σ(x) + (1 − target) · log σ(−x)); dx += scale · (σ(x) − target). target is as long as x and gets no gradient.</summary>
    void BinaryCrossEntropy(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx);

    /// <summary>Σ over segments of T² · KL(softmax(teacher / T) ‖ softmax(logits / T)) with T the temperature; the gradient is that of logits.</summary>
    void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits);

    /// <summary>Σ (x − target)²; dx += scale · 2 (x − target).</summary>
    void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx);

    // ---- Selection: which entries stay ----------------------------------------------------------------------------------------

    /// <summary>
    /// Top_v: sets the bits of the <paramref name="keep"/> largest of all scores together, exactly. Among equal scores the lower index in the earlier tensor
    /// wins; −0 equals +0. bits[i] is laid out as <see cref="Mask.Bits"/> over scores[i]. A NaN counts as the smallest.
    /// </summary>
    void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits);

    /// <summary>Sets the bits of scores greater than the threshold, and at least those of the <paramref name="minimumKept"/> largest.</summary>
    void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits);

    // ---- Masking: bits, blocks and what they cover ----------------------------------------------------------------------------

    /// <summary>The number of set bits among the first <paramref name="count"/>; waits for the device.</summary>
    long CountBits(IntTensor bits, long count);

    /// <summary>
    /// Spreads one bit a block over the entries of a [rows, columns] matrix cut into blocks of blockRows × blockColumns, which divide it exactly (here and
    /// below).
    /// </summary>
    void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits);

    /// <summary>Spreads one value a block over the entries: y[i, j] = blocks[i / blockRows, j / blockColumns].</summary>
    void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y);

    /// <summary>blocks = Σ over each block of x ⊙ y (y null: Σ |x|); blocks [rows / blockRows, columns / blockColumns].</summary>
    void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks);

    /// <summary>y = x ⊙ mask; y may be x.</summary>
    void ApplyMask(Tensor x, Mask mask, Tensor y);

    // ---- Gating: the gates of L0, and penalties on what is open ---------------------------------------------------------------

    /// <summary>
    /// Hard-concrete gates of L0 (Louizos et al. 2018): training (noise given): u = 0.0001 + 0.9998 · uniform(Philox(key, (i / 4, stream)), word i % 4), or ½
    /// where noise.Probability is 0, s = σ((ln u − ln(1 − u) + S) / β); evaluation (noise null): s = σ(S). gates = clamp(s (ζ − γ) + γ, 0, 1) with β = 2/3, γ =
    /// −0.1, ζ = 1.1.
    /// </summary>
    void HardConcrete(Tensor scores, Dropout? noise, Tensor gates);

    /// <summary>
    /// dscores = dgates ⊙ ∂gate/∂S of the training form of <see cref="HardConcrete"/>, ((ζ − γ) / β) s (1 − s) where 0 ≤ z ≤ 1, else 0. dscores may be dgates.
    /// </summary>
    void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores);

    /// <summary>value[index] = Σ σ(S − shift); when dscores is given, dscores += scale · σ'(S − shift).</summary>
    void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores);

    // ---- AdamW: the optimiser, and the norms that it is clipped by ------------------------------------------------------------

    /// <summary>results[index] = Σ x² in a fixed order: at most 1,024 squares at a time in single precision, these sums in double.</summary>
    void SumOfSquares(Tensor x, Tensor results, int index);

    /// <summary>
    /// results[index] = Σ (gradient ⊙ mask)² and results[scoreIndex] = Σ (gradient ⊙ w + scoreGradient)², the squares of the two gradients of
    /// <see cref="MaskedAdamW"/>, added up as in <see cref="SumOfSquares"/>.
    /// </summary>
    void MaskedSumOfSquares(Tensor gradient, Mask? mask, Tensor w, Tensor? scoreGradient, Tensor results, int index, int scoreIndex);

    /// <summary>
    /// One AdamW update (Loshchilov and Hutter 2019, as PyTorch): g = gradientScale · gradient; m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²;
    /// w ← w − rate · weightDecay · w − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε). All of one shape.
    /// </summary>
    void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v);

    /// <summary>
    /// <see cref="AdamW"/> of a masked weight and of its scores in one pass, from the gradient of the masked weight, by the straight-through estimator:
    /// that of w is gradient ⊙ mask (null: all kept; not gates), that of the scores is gradient ⊙ w + scoreGradient (null: 0), w before its update. All of one
    /// shape.
    /// </summary>
    void MaskedAdamW(
        Tensor gradient, Mask? mask, Tensor? scoreGradient, in AdamWStep step, Tensor w, Tensor m, Tensor v,
        in AdamWStep scoreStep, Tensor scores, Tensor scoreM, Tensor scoreV);
}
