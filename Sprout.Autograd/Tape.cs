// Records functions forwards and replays them backwards; owns every temporary.
using Sprout.Tensors;
using Sprout.Tensors.Random;

namespace Sprout.Autograd;

/// <summary>
/// Records the functions of a forward pass and replays them in reverse. Everything a function rents belongs to the tape, which gives it back
/// as soon as the replay has passed the function, or at <see cref="Reset"/>: nobody disposes a temporary.
/// A tape that does not record serves inference: no gradients, no dropout, and <see cref="Release"/> frees what a layer has left behind. One that recycles,
/// which whoever keeps no variable beyond <see cref="Reset"/> may use again and again, allocates no objects either.
/// </summary>
public sealed class Tape : IDisposable
{
    // A pass may have 2 to the power of this many dropouts.
    private const int DropoutBits = 20;

    private readonly List<Function> functions = [];
    private readonly List<int> rentedBefore = [];
    private readonly List<Tensor> rented = [];
    private readonly List<Variable> outputs = [];
    private readonly Stack<Tensor> spareTensors = [];
    private readonly Stack<Variable> spareOutputs = [];
    private readonly bool recycles;
    private ulong dropoutKey;
    private ulong dropoutStream;

    /// <summary>An empty tape.</summary>
    /// <param name="backend">Where everything happens.</param>
    /// <param name="recording">Whether a backward pass follows.</param>
    public Tape(IBackend backend, bool recording = true) : this(backend, recording, recycles: false) { }

    private Tape(IBackend backend, bool recording, bool recycles) => (Backend, Recording, this.recycles) = (backend, recording, recycles);

    /// <summary>Where everything happens.</summary>
    public IBackend Backend { get; }

    /// <summary>Whether functions are recorded and dropout is active.</summary>
    public bool Recording { get; }

    /// <summary>A tape for many forward passes without gradients, which uses its objects again after each <see cref="Reset"/>.</summary>
    public static Tape ForInference(IBackend backend) => new(backend, recording: false, recycles: true);

    /// <summary>Sets the random sequence of the dropouts that follow.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="pass">A number that no other forward pass of the run has; each may use 2²⁰ dropouts.</param>
    public void SeedDropout(ulong seed, ulong pass)
    {
        dropoutKey = seed;
        dropoutStream = RandomStreams.Of(RandomPurpose.Dropout, pass << DropoutBits);
    }

    /// <summary>The next dropout of this pass; none when the tape does not record or the probability is 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1).</exception>
    public Dropout NextDropout(float probability)
    {
        if (probability is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), $"A dropout probability is in [0, 1), not {probability}.");
        return Recording && probability > 0 ? new Dropout(probability, dropoutKey, dropoutStream++) : Dropout.None;
    }

    /// <summary>A temporary with undefined content, owned by the tape.</summary>
    public Tensor Rent(Shape shape)
    {
        if (spareTensors.TryPop(out Tensor? tensor)) tensor.RentAgain(shape);
        else tensor = Tensor.Rent(Backend, shape);
        rented.Add(tensor);
        return tensor;
    }

    /// <summary>A function's output, with undefined content, owned by the tape.</summary>
    /// <param name="shape">Its extents.</param>
    /// <param name="needsGrad">Whether an input of the function needs a gradient.</param>
    public Variable Output(Shape shape, bool needsGrad)
    {
        Tensor value = Rent(shape);
        if (!recycles) return new Variable(value, needsGrad);
        if (spareOutputs.TryPop(out Variable? output)) output.Become(value);
        else output = new Variable(value);
        outputs.Add(output);
        return output;
    }

    /// <summary>Whether a function with this output is wanted: the tape records and an input needs a gradient.</summary>
    public bool Records(Variable output) => Recording && output.RequiresGrad;

    /// <summary>Records a function whose output was just computed. Where <see cref="Records"/> says no, only the output is kept.</summary>
    /// <param name="function">Knows the way back.</param>
    /// <param name="output">The function's output.</param>
    public void Record(Function function, Variable output)
    {
        ArgumentNullException.ThrowIfNull(function);
        if (!Records(output)) return;
        function.Output = output;
        functions.Add(function);
        // A function's rentals, and those of unrecorded ones before it, are only read by later functions, so they are free once it has been replayed.
        rentedBefore.Add(rented.Count);
    }

    /// <summary>Computes the gradients of everything that <paramref name="output"/> depends on, and empties the tape.</summary>
    /// <param name="output">A loss, or any recorded variable when <paramref name="gradient"/> is given.</param>
    /// <param name="gradient">The gradient of the output; null means that it is a loss, whose functions hold their gradient already.</param>
    /// <exception cref="InvalidOperationException">The output was not recorded on this tape.</exception>
    /// <exception cref="ArgumentException">The gradient is missing, has the wrong shape, or is given for a loss.</exception>
    public void Backward(Variable output, Tensor? gradient = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        Function maker = functions.FindLast(function => ReferenceEquals(function.Output, output))
            ?? throw new InvalidOperationException(
                $"Backward: the output {output.Shape} was not recorded on this tape: it is not recording, or nothing in the output requires a gradient.");
        if (maker.IsLoss != gradient is null)
            throw new ArgumentException(maker.IsLoss
                ? "Backward: the gradient of a loss is 1, another one cannot be given."
                : $"Backward: the output {output.Shape} is no loss, so its gradient must be given.");
        if (gradient is not null)
        {
            if (gradient.Shape != output.Shape) throw new ArgumentException($"Backward: the gradient has shape {gradient.Shape}, the output {output.Shape}.");
            Backend.Copy(gradient, output.GradTarget(out _));
        }

        for (int i = functions.Count - 1; i >= 0; i--)
        {
            Function function = functions[i];
            if (function.IsLoss ? ReferenceEquals(function.Output, output) : function.Output.HasGrad) function.Backward(this);
            if (function.Output is not Parameter) function.Output.ReleaseGrad();
            FreeDownTo(i == 0 ? 0 : rentedBefore[i - 1]);
        }

        Reset();
    }

    /// <summary>A place in the tape's temporaries, for <see cref="Release"/>.</summary>
    public int Mark() => rented.Count;

    /// <summary>
    /// Frees what was rented since the mark, except one tensor that is still needed. Does nothing on a recording tape, whose functions need it all.
    /// </summary>
    public void Release(int mark, Variable keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        if (Recording) return;
        bool kept = false;
        for (int i = rented.Count - 1; i >= mark; i--)
        {
            if (ReferenceEquals(rented[i], keep.Value)) kept = true;
            else GiveBack(rented[i]);
        }

        rented.RemoveRange(mark, rented.Count - mark);
        if (kept) rented.Add(keep.Value);
    }

    /// <summary>Frees all temporaries and forgets all functions.</summary>
    public void Reset()
    {
        foreach (Function function in functions)
            if (function.Output is not Parameter) function.Output.ReleaseGrad();
        FreeDownTo(0);
        functions.Clear();
        rentedBefore.Clear();
        foreach (Variable output in outputs) spareOutputs.Push(output);
        outputs.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Reset();

    /// <summary>Whether a recorded loss adds to this variable.</summary>
    internal bool IsLoss(Variable output) => functions.Exists(function => function.IsLoss && ReferenceEquals(function.Output, output));

    /// <summary>Frees what a function rented since a mark for itself alone.</summary>
    internal void GiveBackTo(int mark) => FreeDownTo(mark);

    private void FreeDownTo(int count)
    {
        for (int i = rented.Count - 1; i >= count; i--) GiveBack(rented[i]);
        rented.RemoveRange(count, rented.Count - count);
    }

    private void GiveBack(Tensor tensor)
    {
        tensor.Dispose();
        if (recycles) spareTensors.Push(tensor);
    }
}
