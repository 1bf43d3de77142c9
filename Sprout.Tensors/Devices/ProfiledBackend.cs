// A backend that measures another: where a step's time goes.
using System.Diagnostics;
using Sprout.Tensors.Ops;

namespace Sprout.Tensors.Devices;

/// <summary>
/// Passes every call on to another backend and adds up, for each kernel, its time, its arithmetic and the memory that it touches. Tensors must be rented from
/// this backend, not from the inner one. It waits for the device after every call, so that the time from call to return is the kernel's.
/// </summary>
public sealed class ProfiledBackend : IBackend
{
    private readonly IBackend inner;
    private readonly Dictionary<string, OperationTime> times = new(StringComparer.Ordinal);
    private long started = Stopwatch.GetTimestamp(), ended = Stopwatch.GetTimestamp();

    /// <summary>Measures a backend, which belongs to this one from now on.</summary>
    public ProfiledBackend(IBackend inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        this.inner = inner;
    }

    /// <summary>What was measured, the most expensive first.</summary>
    public IReadOnlyList<OperationTime> Times => [.. times.Values.OrderByDescending(time => time.Seconds)];

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public long LiveBytes => inner.LiveBytes;

    /// <inheritdoc/>
    public long PeakBytes => inner.PeakBytes;

    /// <summary>The time from the start of the measurement to the end of the latest call.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(started, ended);

    /// <summary>Forgets what was measured.</summary>
    public void Restart()
    {
        times.Clear();
        started = ended = Stopwatch.GetTimestamp();
    }

    /// <inheritdoc/>
    public DeviceBuffer Allocate(long bytes) => inner.Allocate(bytes);

    /// <inheritdoc/>
    public void Free(DeviceBuffer buffer) => inner.Free(buffer);

    /// <inheritdoc/>
    public void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long offset)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Upload(source, destination, offset);
        Add(nameof(Upload), start, source.Length);
    }

    /// <inheritdoc/>
    public void Download(DeviceBuffer source, long offset, Span<byte> destination)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Download(source, offset, destination);
        Add(nameof(Download), start, destination.Length);
    }

    /// <inheritdoc/>
    public void Synchronize() => inner.Synchronize();

    /// <inheritdoc/>
    public DevicePeak MeasurePeak() => inner.MeasurePeak();

    /// <inheritdoc/>
    public void Fill(Tensor x, float value)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Fill(x, value);
        Add(nameof(Fill), start, Bytes(x));
    }

    /// <inheritdoc/>
    public void Copy(Tensor x, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Copy(x, y);
        Add(nameof(Copy), start, Bytes(x, y));
    }

    /// <inheritdoc/>
    public void AddScaled(Tensor x, float scale, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AddScaled(x, scale, y);
        Add(nameof(AddScaled), start, Bytes(x, y, y));
    }

    /// <inheritdoc/>
    public void Map<TOp>(Tensor x, Tensor y) where TOp : struct, IPointwise
    {
        long start = Stopwatch.GetTimestamp();
        inner.Map<TOp>(x, y);
        Add($"{nameof(Map)} {typeof(TOp).Name}", start, Bytes(x, y));
    }

    /// <inheritdoc/>
    public void MapBackward<TOp>(Tensor x, Tensor y, Tensor dy, Tensor dx, bool accumulate) where TOp : struct, IPointwise
    {
        long start = Stopwatch.GetTimestamp();
        inner.MapBackward<TOp>(x, y, dy, dx, accumulate);
        Add($"{nameof(MapBackward)} {typeof(TOp).Name}", start, Bytes(x, dy, dx));
    }

    /// <inheritdoc/>
    public void ApplyDropout(Tensor x, Dropout dropout, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.ApplyDropout(x, dropout, y);
        Add(nameof(ApplyDropout), start, Bytes(x, y));
    }

    /// <inheritdoc/>
    public void SumOfSquares(Tensor x, Tensor results, int index)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SumOfSquares(x, results, index);
        Add(nameof(SumOfSquares), start, Bytes(x));
    }

    /// <inheritdoc/>
    public void MatMul(Tensor a, bool transposeA, Tensor b, bool transposeB, Mask? mask, Tensor c, bool accumulate)
    {
        long start = Stopwatch.GetTimestamp();
        inner.MatMul(a, transposeA, b, transposeB, mask, c, accumulate);
        long steps = transposeA ? a.Shape.Rows : a.Shape.Columns;
        Add($"{nameof(MatMul)} {(transposeA ? 'T' : 'N')}{(transposeB ? 'T' : 'N')}", start, Bytes(a, b, c), 2.0 * c.Count * steps);
    }

    /// <inheritdoc/>
    public void Linear<TActivation>(Tensor x, Tensor w, Mask? mask, Tensor? bias, Tensor? z, Tensor y) where TActivation : struct, IPointwise
    {
        long start = Stopwatch.GetTimestamp();
        inner.Linear<TActivation>(x, w, mask, bias, z, y);
        Add(NameOf<TActivation>(nameof(Linear)), start, Bytes(x, w, z, y), 2.0 * y.Count * x.Shape.Columns);
    }

    /// <inheritdoc/>
    public WeightLayout Pack(Tensor w, Mask? mask)
    {
        long start = Stopwatch.GetTimestamp();
        WeightLayout packed = inner.Pack(w, mask);
        Add(nameof(Pack), start, Bytes(w) + packed.Bytes);
        return packed;
    }

    /// <inheritdoc/>
    public void PackedLinear<TActivation>(Tensor x, WeightLayout w, Tensor? bias, Tensor y) where TActivation : struct, IPointwise
    {
        long start = Stopwatch.GetTimestamp();
        inner.PackedLinear<TActivation>(x, w, bias, y);
        Add(NameOf<TActivation>(nameof(PackedLinear)), start, Bytes(x, y) + w.Bytes, 2.0 * y.Count * x.Shape.Columns);
    }

    /// <inheritdoc/>
    public void ColumnSum(Tensor x, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.ColumnSum(x, y);
        Add(nameof(ColumnSum), start, Bytes(x));
    }

    /// <inheritdoc/>
    public void LayerNormForward(
        Tensor x, Tensor? residual, Dropout dropout, Tensor gamma, Tensor beta, float epsilon, Tensor? s, Tensor? mean, Tensor? rstd, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.LayerNormForward(x, residual, dropout, gamma, beta, epsilon, s, mean, rstd, y);
        Add(nameof(LayerNormForward), start, Bytes(x, residual, s, y));
    }

    /// <inheritdoc/>
    public void LayerNormBackward(
        Tensor s, Tensor mean, Tensor rstd, Tensor gamma, Tensor dy, Dropout dropout, Tensor dx, Tensor? dResidual, bool accumulateResidual,
        Tensor dgamma, Tensor dbeta)
    {
        long start = Stopwatch.GetTimestamp();
        inner.LayerNormBackward(s, mean, rstd, gamma, dy, dropout, dx, dResidual, accumulateResidual, dgamma, dbeta);
        Add(nameof(LayerNormBackward), start, Bytes(s, dy, dx, dResidual));
    }

    /// <inheritdoc/>
    public void Gather(Tensor table, IntTensor rows, Tensor y, bool accumulate)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Gather(table, rows, y, accumulate);
        Add(nameof(Gather), start, Bytes(y, y));
    }

    /// <inheritdoc/>
    public void Transpose(Tensor x, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Transpose(x, y);
        Add(nameof(Transpose), start, Bytes(x, y));
    }

    /// <inheritdoc/>
    public void ScatterAdd(Tensor dy, IntTensor rows, Tensor dtable)
    {
        long start = Stopwatch.GetTimestamp();
        inner.ScatterAdd(dy, rows, dtable);
        Add(nameof(ScatterAdd), start, Bytes(dy, dy, dy));
    }

    /// <inheritdoc/>
    public void AttentionForward(
        Tensor q, Tensor k, Tensor v, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout, Tensor? logSumExp, Tensor context)
    {
        double pairs = Pairs(queryOffsets, keyOffsets);
        long start = Stopwatch.GetTimestamp();
        inner.AttentionForward(q, k, v, queryOffsets, keyOffsets, heads, dropout, logSumExp, context);
        Add(nameof(AttentionForward), start, Bytes(q, k, v, context), 4 * pairs * q.Shape.Columns);
    }

    /// <inheritdoc/>
    public void AttentionBackward(
        Tensor q, Tensor k, Tensor v, Tensor context, Tensor logSumExp, Tensor dcontext, IntTensor queryOffsets, IntTensor keyOffsets, int heads, Dropout dropout,
        Tensor dq, Tensor dk, Tensor dv)
    {
        double pairs = Pairs(queryOffsets, keyOffsets);
        long start = Stopwatch.GetTimestamp();
        inner.AttentionBackward(q, k, v, context, logSumExp, dcontext, queryOffsets, keyOffsets, heads, dropout, dq, dk, dv);
        // Five products: the probabilities again, and one for each of dP, dq, dk, dv.
        Add(nameof(AttentionBackward), start, Bytes(q, k, v, context, dcontext, dq, dk, dv), 10 * pairs * q.Shape.Columns);
    }

    /// <inheritdoc/>
    public void CrossEntropy(Tensor logits, IntTensor offsets, IntTensor targets, float scale, Tensor loss, Tensor? dlogits)
    {
        long start = Stopwatch.GetTimestamp();
        inner.CrossEntropy(logits, offsets, targets, scale, loss, dlogits);
        Add(nameof(CrossEntropy), start, Bytes(logits, dlogits));
    }

    /// <inheritdoc/>
    public void Distillation(Tensor logits, Tensor teacher, IntTensor offsets, float temperature, float scale, Tensor loss, Tensor? dlogits)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Distillation(logits, teacher, offsets, temperature, scale, loss, dlogits);
        Add(nameof(Distillation), start, Bytes(logits, teacher, dlogits));
    }

    /// <inheritdoc/>
    public void SquaredError(Tensor x, Tensor target, float scale, Tensor loss, Tensor? dx)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SquaredError(x, target, scale, loss, dx);
        Add(nameof(SquaredError), start, Bytes(x, target, dx));
    }

    /// <inheritdoc/>
    public void TopV(IReadOnlyList<Tensor> scores, long keep, IReadOnlyList<IntTensor> bits)
    {
        long start = Stopwatch.GetTimestamp();
        inner.TopV(scores, keep, bits);
        Add(nameof(TopV), start, scores.Sum(tensor => Bytes(tensor)) + bits.Sum(Bytes));
    }

    /// <inheritdoc/>
    public void Threshold(Tensor scores, float threshold, long minimumKept, IntTensor bits)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Threshold(scores, threshold, minimumKept, bits);
        Add(nameof(Threshold), start, Bytes(scores) + Bytes(bits));
    }

    /// <inheritdoc/>
    public long CountBits(IntTensor bits, long count)
    {
        long start = Stopwatch.GetTimestamp();
        long set = inner.CountBits(bits, count);
        Add(nameof(CountBits), start, Bytes(bits));
        return set;
    }

    /// <inheritdoc/>
    public void ExpandBits(IntTensor blockBits, Shape matrix, int blockRows, int blockColumns, IntTensor bits)
    {
        long start = Stopwatch.GetTimestamp();
        inner.ExpandBits(blockBits, matrix, blockRows, blockColumns, bits);
        Add(nameof(ExpandBits), start, Bytes(blockBits) + Bytes(bits));
    }

    /// <inheritdoc/>
    public void ExpandBlocks(Tensor blocks, int blockRows, int blockColumns, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.ExpandBlocks(blocks, blockRows, blockColumns, y);
        Add(nameof(ExpandBlocks), start, Bytes(blocks, y));
    }

    /// <inheritdoc/>
    public void BlockSum(Tensor x, Tensor? y, int blockRows, int blockColumns, Tensor blocks)
    {
        long start = Stopwatch.GetTimestamp();
        inner.BlockSum(x, y, blockRows, blockColumns, blocks);
        Add(nameof(BlockSum), start, Bytes(x, y, blocks));
    }

    /// <inheritdoc/>
    public void ApplyMask(Tensor x, Mask mask, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.ApplyMask(x, mask, y);
        Add(nameof(ApplyMask), start, Bytes(x, y, mask?.Gates));
    }

    /// <inheritdoc/>
    public void HardConcrete(Tensor scores, Dropout? noise, Tensor gates)
    {
        long start = Stopwatch.GetTimestamp();
        inner.HardConcrete(scores, noise, gates);
        Add(nameof(HardConcrete), start, Bytes(scores, gates));
    }

    /// <inheritdoc/>
    public void HardConcreteBackward(Tensor scores, Dropout noise, Tensor dgates, Tensor dscores)
    {
        long start = Stopwatch.GetTimestamp();
        inner.HardConcreteBackward(scores, noise, dgates, dscores);
        Add(nameof(HardConcreteBackward), start, Bytes(scores, dgates, dscores));
    }

    /// <inheritdoc/>
    public void SigmoidPenalty(Tensor scores, float shift, float scale, Tensor value, int index, Tensor? dscores)
    {
        long start = Stopwatch.GetTimestamp();
        inner.SigmoidPenalty(scores, shift, scale, value, index, dscores);
        Add(nameof(SigmoidPenalty), start, Bytes(scores, dscores, dscores));
    }

    /// <inheritdoc/>
    public void AdamW(Tensor gradient, in AdamWStep step, Tensor w, Tensor m, Tensor v)
    {
        long start = Stopwatch.GetTimestamp();
        inner.AdamW(gradient, step, w, m, v);
        Add(nameof(AdamW), start, 7.0 * Bytes(w));
    }

    /// <inheritdoc/>
    public void MaskedAdamW(
        Tensor gradient, Mask? mask, Tensor? scoreGradient, in AdamWStep step, Tensor w, Tensor m, Tensor v,
        in AdamWStep scoreStep, Tensor scores, Tensor scoreM, Tensor scoreV)
    {
        long start = Stopwatch.GetTimestamp();
        inner.MaskedAdamW(gradient, mask, scoreGradient, step, w, m, v, scoreStep, scores, scoreM, scoreV);
        Add(nameof(MaskedAdamW), start, (13.0 * Bytes(w)) + Bytes(scoreGradient));
    }

    /// <inheritdoc/>
    public void MaskedSumOfSquares(Tensor gradient, Mask? mask, Tensor w, Tensor? scoreGradient, Tensor results, int index, int scoreIndex)
    {
        long start = Stopwatch.GetTimestamp();
        inner.MaskedSumOfSquares(gradient, mask, w, scoreGradient, results, index, scoreIndex);
        Add(nameof(MaskedSumOfSquares), start, Bytes(gradient, w, scoreGradient));
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private static double Bytes(params ReadOnlySpan<Tensor?> tensors)
    {
        double bytes = 0;
        foreach (Tensor? tensor in tensors) bytes += (tensor?.Count ?? 0) * (double)sizeof(float);
        return bytes;
    }

    private static string NameOf<TActivation>(string product) => typeof(TActivation) == typeof(Identity) ? product : $"{product} {typeof(TActivation).Name}";

    private static double Bytes(IntTensor values) => values.Length * (double)sizeof(int);

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
        inner.Download(x.Buffer, 0, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private void Add(string name, long start, double bytes, double flops = 0)
    {
        inner.Synchronize();
        ended = Stopwatch.GetTimestamp();
        double seconds = Stopwatch.GetElapsedTime(start, ended).TotalSeconds;
        if (!times.TryGetValue(name, out OperationTime? time)) times[name] = time = new OperationTime(name);
        time.Add(seconds, flops, bytes);
    }
}
