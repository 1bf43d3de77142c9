// What each kernel costs: the arithmetic and the memory that a roofline model charges it for.
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Devices;

public sealed partial class ProfiledBackend
{
    /// <summary>The name under which a call is counted and what it costs at least: every source and destination passes by once.</summary>
    /// <param name="Name">The kernel, with the layout for products and the activation for layers.</param>
    /// <param name="Bytes">The memory that is read and written.</param>
    /// <param name="Flops">Multiplications and additions of products; 0 for kernels that are bound by memory.</param>
    private readonly record struct Cost(string Name, double Bytes, double Flops = 0)
    {
        public static Cost Upload(long bytes) => new(nameof(Upload), bytes);

        public static Cost Download(long bytes) => new(nameof(Download), bytes);

        public static Cost Fill(Tensor x) => new(nameof(Fill), Of(x));

        public static Cost Copy(Tensor x, Tensor y) => new(nameof(Copy), Of(x, y));

        public static Cost AddScaled(Tensor x, Tensor y) => new(nameof(AddScaled), Of(x, y, y));

        public static Cost Map<TOp>(Tensor x, Tensor y) => new($"{nameof(Map)} {typeof(TOp).Name}", Of(x, y));

        public static Cost MapBackward<TOp>(Tensor x, Tensor dy, Tensor dx) => new($"{nameof(MapBackward)} {typeof(TOp).Name}", Of(x, dy, dx));

        public static Cost ApplyDropout(Tensor x, Tensor y) => new(nameof(ApplyDropout), Of(x, y));

        public static Cost MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Tensor c)
        {
            int k = transposeA ? a.Shape.Rows : a.Shape.Columns;
            return new($"{nameof(MatMul)} {(transposeA ? 'T' : 'N')}{(transposeB ? 'T' : 'N')}", Of(a, b, c), 2.0 * c.Count * k);
        }

        public static Cost Linear<TActivation>(Tensor x, Tensor w, Tensor? z, Tensor y) =>
            new(NameOf<TActivation>(nameof(Linear)), Of(x, w, z, y), 2.0 * y.Count * x.Shape.Columns);

        // What is written is known afterwards.
        public static Cost Pack(Tensor w) => new(nameof(Pack), Of(w));

        public static Cost Pack(SparseMatrix w) => new(nameof(Pack), (sizeof(int) + sizeof(float)) * (long)w.Values.Length);

        public static Cost PackQuantized(QuantizedMatrix w) => new(nameof(PackQuantized), w.Values.Length + (sizeof(float) * (double)w.Scales.Length));

        public static Cost PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor y) =>
            new(NameOf<TActivation>(nameof(PackedLinear)), Of(x, y) + w.Bytes, 2.0 * x.Shape.Rows * w.Weights);

        public static Cost PackSparse(Tensor w) => new(nameof(PackSparse), Of(w));

        public static Cost PackedMatMul(Tensor x, WeightLayout w, Tensor y) =>
            new(nameof(PackedMatMul), Of(x, y) + w.Bytes, 2.0 * x.Shape.Rows * w.Weights);

        public static Cost ColumnSum(Tensor x) => new(nameof(ColumnSum), Of(x));

        public static Cost Transpose(Tensor x, Tensor y) => new(nameof(Transpose), Of(x, y));

        public static Cost LayerNormForward(Tensor x, Tensor? residual, Tensor? s, Tensor y) => new(nameof(LayerNormForward), Of(x, residual, s, y));

        public static Cost LayerNormBackward(Tensor s, Tensor dy, Tensor dx, Tensor? dResidual) => new(nameof(LayerNormBackward), Of(s, dy, dx, dResidual));

        public static Cost Gather(Tensor y) => new(nameof(Gather), Of(y, y));

        public static Cost ScatterAdd(Tensor dy) => new(nameof(ScatterAdd), Of(dy, dy, dy));

        // Two products over the head's width for every pair of a query and a key.
        public static Cost AttentionForward(Tensor q, Tensor k, Tensor v, Tensor context, double pairs) =>
            new(nameof(AttentionForward), Of(q, k, v, context), 4 * pairs * q.Shape.Columns);

        // Five products: the probabilities again, and one for each of dP, dq, dk, dv.
        public static Cost AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor context, Tensor dcontext, Tensor dq, Tensor dk, Tensor dv, double pairs) =>
            new(nameof(AttentionBackward), Of(q, k, v, context, dcontext, dq, dk, dv), 10 * pairs * q.Shape.Columns);

        public static Cost Softmax(Tensor x, Tensor y) => new(nameof(Softmax), Of(x, y));

        public static Cost SoftmaxBackward(Tensor y, Tensor dy, Tensor dx) => new(nameof(SoftmaxBackward), Of(y, dy, dx));

        public static Cost CrossEntropy(Tensor logits, Tensor? dlogits) => new(nameof(CrossEntropy), Of(logits, dlogits));

        public static Cost SoftCrossEntropy(Tensor logits, Tensor targets, Tensor? dlogits) => new(nameof(SoftCrossEntropy), Of(logits, targets, dlogits));

        public static Cost BinaryCrossEntropy(Tensor x, Tensor target, Tensor? dx) => new(nameof(BinaryCrossEntropy), Of(x, target, dx));

        public static Cost Distillation(Tensor logits, Tensor teacher, Tensor? dlogits) => new(nameof(Distillation), Of(logits, teacher, dlogits));

        public static Cost SquaredError(Tensor x, Tensor target, Tensor? dx) => new(nameof(SquaredError), Of(x, target, dx));

        public static Cost TopV(IReadOnlyList<Tensor> scores, IReadOnlyList<IntTensor> bits) =>
            new(nameof(TopV), scores.Sum(tensor => Of(tensor)) + bits.Sum(Of));

        public static Cost Threshold(Tensor scores, IntTensor bits) => new(nameof(Threshold), Of(scores) + Of(bits));

        public static Cost CountBits(IntTensor bits) => new(nameof(CountBits), Of(bits));

        public static Cost ExpandBits(IntTensor blockBits, IntTensor bits) => new(nameof(ExpandBits), Of(blockBits) + Of(bits));

        public static Cost ExpandBlocks(Tensor blocks, Tensor y) => new(nameof(ExpandBlocks), Of(blocks, y));

        public static Cost BlockSum(Tensor x, Tensor? y, Tensor blocks) => new(nameof(BlockSum), Of(x, y, blocks));

        public static Cost ApplyMask(Tensor x, Mask mask, Tensor y) => new(nameof(ApplyMask), Of(x, y, mask.Gates));

        public static Cost HardConcrete(Tensor scores, Tensor gates) => new(nameof(HardConcrete), Of(scores, gates));

        public static Cost HardConcreteBackward(Tensor scores, Tensor dgates, Tensor dscores) => new(nameof(HardConcreteBackward), Of(scores, dgates, dscores));

        public static Cost SigmoidPenalty(Tensor scores, Tensor? dscores) => new(nameof(SigmoidPenalty), Of(scores, dscores, dscores));

        public static Cost SumOfSquares(Tensor x) => new(nameof(SumOfSquares), Of(x));

        public static Cost MaskedSumOfSquares(Tensor gradient, Tensor w, Tensor? scoreGradient) =>
            new(nameof(MaskedSumOfSquares), Of(gradient, w, scoreGradient));

        // Gradient, weight and two moments are read, all but the gradient written; with scores the same again without a gradient of their own.
        public static Cost AdamW(Tensor w) => new(nameof(AdamW), 7 * Of(w));

        public static Cost MaskedAdamW(Tensor w, Tensor? scoreGradient) => new(nameof(MaskedAdamW), (13 * Of(w)) + Of(scoreGradient));

        private static double Of(params ReadOnlySpan<Tensor?> tensors)
        {
            double bytes = 0;
            foreach (Tensor? tensor in tensors) bytes += (tensor?.Count ?? 0) * (double)sizeof(float);
            return bytes;
        }

        private static double Of(IntTensor values) => values.Length * (double)sizeof(int);

        private static string NameOf<TActivation>(string product) =>
            typeof(TActivation) == typeof(Identity) ? product : $"{product} {typeof(TActivation).Name}";
    }
}
