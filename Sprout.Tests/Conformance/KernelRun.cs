// The inputs and guarded destinations of one kernel call.
using System.Runtime.InteropServices;
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Tests.Conformance;

/// <summary>Which mask a product gets.</summary>
internal enum MaskKind
{
    None,
    Bits,
    Gates,
}

/// <summary>
/// Makes the inputs and destinations of one kernel call on one backend: the same numbers on every backend. Every tensor lies between guards, at an
/// address that no vector width divides; sources, guards and what else the kernel must leave alone are compared afterwards.
/// </summary>
internal sealed class KernelRun(IBackend backend) : IDisposable
{
    private const int GuardBefore = 13;
    private const int GuardAfter = 19;
    private const float Sentinel = 1234567f;
    private const long IntSentinel = 0x5A5A5A5A5A5A5A5A;

    private readonly RandomStream random = new(seed: 20180422, stream: 1);
    private readonly List<Guarded> tensors = [];
    private readonly List<GuardedInts> arrays = [];
    private readonly List<Mask> masks = [];
    private readonly List<KernelOutput> numbers = [];

    public IBackend Backend => backend;

    /// <summary>A source of standard normal numbers.</summary>
    public Tensor Source(params ReadOnlySpan<int> extents) => Source(new Shape(extents), stream => stream.Normal());

    /// <summary>A source of numbers drawn one by one.</summary>
    public Tensor Source(Shape shape, Func<RandomStream, float> draw) => Guard(shape, Draw(shape, draw)).View;

    /// <summary>A source with the given content.</summary>
    public Tensor Source(Shape shape, float[] values) => Guard(shape, values).View;

    /// <summary>A destination that the kernel overwrites; it is full of NaN before, so that what is read or left out shows.</summary>
    public Tensor Destination(string name, Tolerance tolerance, params ReadOnlySpan<int> extents) =>
        Destination(name, tolerance, new Shape(extents), accumulate: false);

    /// <summary>A destination that the kernel overwrites or, having numbers in it, adds to.</summary>
    public Tensor Destination(string name, Tolerance tolerance, Shape shape, bool accumulate)
    {
        Guarded guarded = Guard(shape, Draw(shape, stream => accumulate ? stream.Normal() : float.NaN));
        guarded.Name = name;
        guarded.Tolerance = tolerance;
        return guarded.View;
    }

    /// <summary>A destination that the kernel adds to.</summary>
    public Tensor Sum(string name, Tolerance tolerance, params ReadOnlySpan<int> extents) => Destination(name, tolerance, new Shape(extents), accumulate: true);

    /// <summary>Makes a source a destination as well, for a kernel that works in place.</summary>
    public Tensor InPlace(string name, Tolerance tolerance, Tensor source)
    {
        Guarded guarded = tensors.Single(tensor => ReferenceEquals(tensor.View, source));
        guarded.Name = name;
        guarded.Tolerance = tolerance;
        return source;
    }

    /// <summary>A source of integers.</summary>
    public IntTensor Integers(params ReadOnlySpan<int> values) => Guard(null, values.ToArray());

    /// <summary>A source of integers in [0, exclusive).</summary>
    public IntTensor Indices(int count, int exclusive) => Guard(null, [.. Enumerable.Range(0, count).Select(_ => random.NextInt(exclusive))]);

    /// <summary>A source of random words.</summary>
    public IntTensor Words(int count) => Guard(null, RandomWords(count));

    /// <summary>A destination of bits, of which the kernel must set or clear every one and clear the unused ones; all are set before.</summary>
    public IntTensor BitDestination(string name, long count) => Guard(name, [.. Enumerable.Repeat(-1, Mask.WordsOf(count))]);

    /// <summary>A random mask over a weight matrix.</summary>
    public Mask? RandomMask(MaskKind kind, Shape shape)
    {
        if (kind == MaskKind.None) return null;
        Mask mask = kind == MaskKind.Bits ? Mask.OfBits(backend, shape) : Mask.OfGates(backend, shape);
        masks.Add(mask);
        mask.Gates?.CopyFrom(Draw(shape, stream => Math.Clamp(stream.Normal(), 0f, 1f)));
        if (mask.Bits is not IntTensor bits) return mask;

        int[] words = RandomWords(bits.Length);
        if (shape.Count % 32 != 0) words[^1] &= (1 << (int)(shape.Count % 32)) - 1;
        backend.Upload(MemoryMarshal.AsBytes<int>(words), bits.Buffer, 0);
        return mask;
    }

    /// <summary>A number that the kernel returned.</summary>
    public void Returned(string name, double value) => numbers.Add(new KernelOutput(name, [value], Tolerance.Exact));

    /// <summary>Reads everything back and checks what had to stay as it was.</summary>
    public KernelOutcome Finish()
    {
        List<KernelOutput> outputs = [.. numbers];
        List<string> violations = [];
        foreach (Guarded tensor in tensors)
        {
            float[] whole = tensor.Whole.ToArray();
            float[] values = whole[GuardBefore..^GuardAfter];
            if (whole[..GuardBefore].Concat(whole[^GuardAfter..]).Any(guard => guard != Sentinel))
                violations.Add($"wrote outside of {tensor.Name ?? "a source"} {tensor.View.Shape}");
            if (tensor.Name is not null) outputs.Add(new KernelOutput(tensor.Name, [.. values.Select(value => (double)value)], tensor.Tolerance));
            else if (!values.SequenceEqual(tensor.Initial)) violations.Add($"wrote to a source {tensor.View.Shape}");
        }

        foreach (GuardedInts array in arrays)
        {
            int[] values = array.Array.ToArray();
            long guard = 0;
            backend.Download(array.Array.Buffer, values.Length * (long)sizeof(int), MemoryMarshal.AsBytes(new Span<long>(ref guard)));
            if (guard != IntSentinel) violations.Add($"wrote behind {array.Name ?? "an integer source"} [{values.Length}]");
            if (array.Name is not null) outputs.Add(new KernelOutput(array.Name, [.. values.Select(value => (double)value)], Tolerance.Exact));
            else if (!values.SequenceEqual(array.Initial)) violations.Add($"wrote to an integer source [{values.Length}]");
        }

        return new KernelOutcome(outputs, violations);
    }

    public void Dispose()
    {
        foreach (Guarded tensor in tensors) tensor.Whole.Dispose();
        foreach (GuardedInts array in arrays) array.Array.Dispose();
        foreach (Mask mask in masks) mask.Dispose();
    }

    private float[] Draw(Shape shape, Func<RandomStream, float> draw)
    {
        var values = new float[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = draw(random);
        return values;
    }

    private int[] RandomWords(int count) => [.. Enumerable.Range(0, count).Select(_ => unchecked((int)random.NextUInt()))];

    private Guarded Guard(Shape shape, float[] values)
    {
        float[] content = [.. Enumerable.Repeat(Sentinel, GuardBefore), .. values, .. Enumerable.Repeat(Sentinel, GuardAfter)];
        Tensor whole = Tensor.From(backend, new Shape(content.Length), content);
        var guarded = new Guarded(whole, whole.Slice(GuardBefore, shape), values);
        tensors.Add(guarded);
        return guarded;
    }

    private IntTensor Guard(string? name, int[] values)
    {
        IntTensor array = IntTensor.From(backend, values);
        long guard = IntSentinel;
        backend.Upload(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in guard)), array.Buffer, values.Length * (long)sizeof(int));
        arrays.Add(new GuardedInts(array, name, values));
        return array;
    }

    private sealed class Guarded(Tensor whole, Tensor view, float[] initial)
    {
        public Tensor Whole => whole;

        public Tensor View => view;

        public float[] Initial => initial;

        public string? Name { get; set; }

        public Tolerance Tolerance { get; set; }
    }

    private sealed record GuardedInts(IntTensor Array, string? Name, int[] Initial);
}
