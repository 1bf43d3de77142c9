// The optimiser.
using Sprout.Tensors;

namespace Sprout.Autograd.Optim;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) as PyTorch computes it: bias-corrected moments, ε outside the root, decoupled weight decay.
/// Parameters without a gradient in a step are left alone.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly Dictionary<Parameter, State> states = [];
    private readonly float beta1, beta2, epsilon;

    /// <summary>An optimiser over groups of parameters.</summary>
    public AdamW(IReadOnlyList<ParameterGroup> groups, double epsilon = 1e-8, double beta1 = 0.9, double beta2 = 0.999)
    {
        Groups = groups;
        this.epsilon = (float)epsilon;
        this.beta1 = (float)beta1;
        this.beta2 = (float)beta2;
    }

    /// <summary>The groups.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="rateFactor">The schedule's factor on every group's learning rate.</param>
    /// <param name="gradientScale">The clipping coefficient on every gradient.</param>
    public void Step(double rateFactor, float gradientScale)
    {
        foreach (ParameterGroup group in Groups)
        {
            foreach (Parameter parameter in group.Parameters)
            {
                if (parameter.Grad is null) continue;
                State state = StateOf(parameter);
                state.Step++;
                var step = new AdamWStep((float)(group.LearningRate * rateFactor), beta1, beta2, epsilon, (float)group.WeightDecay, gradientScale, state.Step);
                parameter.Value.Backend.AdamW(parameter.Grad, step, parameter.Value, state.Mean, state.Variance);
            }
        }
    }

    /// <summary>The moments and step counts of all parameters, for checkpoints; created as zeros where there are none yet.</summary>
    public IEnumerable<(Parameter Parameter, State State)> States()
    {
        foreach (ParameterGroup group in Groups)
            foreach (Parameter parameter in group.Parameters) yield return (parameter, StateOf(parameter));
    }

    /// <summary>Gives the moments back to the device.</summary>
    public void Dispose()
    {
        foreach (State state in states.Values) state.Dispose();
        states.Clear();
    }

    private State StateOf(Parameter parameter)
    {
        if (!states.TryGetValue(parameter, out State? state)) states[parameter] = state = new State(parameter);
        return state;
    }

    /// <summary>What the optimiser remembers of one parameter.</summary>
    public sealed class State : IDisposable
    {
        internal State(Parameter parameter)
        {
            Mean = Tensor.Zeros(parameter.Value.Backend, parameter.Shape);
            Variance = Tensor.Zeros(parameter.Value.Backend, parameter.Shape);
        }

        /// <summary>First moment m.</summary>
        public Tensor Mean { get; }

        /// <summary>Second moment v.</summary>
        public Tensor Variance { get; }

        /// <summary>Updates so far.</summary>
        public int Step { get; set; }

        /// <inheritdoc/>
        public void Dispose()
        {
            Mean.Dispose();
            Variance.Dispose();
        }
    }
}
