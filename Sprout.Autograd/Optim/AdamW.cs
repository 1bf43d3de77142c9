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
    private readonly Dictionary<Parameter, (MaskedWeight Pair, ParameterGroup ScoreGroup)> maskedByWeight = [];
    private readonly Dictionary<Parameter, MaskedWeight> maskedByScores = [];
    private readonly float beta1, beta2, epsilon;

    /// <summary>An optimiser over groups of parameters.</summary>
    /// <param name="groups">Every trained parameter is in exactly one.</param>
    /// <param name="epsilon">ε, added outside the root.</param>
    /// <param name="beta1">The first moment's decay.</param>
    /// <param name="beta2">The second moment's decay.</param>
    /// <param name="masked">Weights of the groups whose gradient, and that of their scores, is formed during the update.</param>
    public AdamW(
        IReadOnlyList<ParameterGroup> groups, double epsilon = 1e-8, double beta1 = 0.9, double beta2 = 0.999, IReadOnlyList<MaskedWeight>? masked = null)
    {
        foreach (MaskedWeight pair in masked ?? [])
        {
            maskedByWeight[pair.Weight] = (pair, groups.First(group => group.Parameters.Contains(pair.Scores)));
            maskedByScores[pair.Scores] = pair;
        }

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
                // Scores are updated together with their weight.
                if (maskedByScores.TryGetValue(parameter, out MaskedWeight? owner) && owner.Weight.Grad is not null) continue;
                if (parameter.Grad is not Tensor gradient) continue;
                (State state, AdamWStep step) = Next(parameter, group, rateFactor, gradientScale);
                if (!maskedByWeight.TryGetValue(parameter, out (MaskedWeight Pair, ParameterGroup ScoreGroup) masked))
                {
                    gradient.Backend.AdamW(gradient, step, parameter.Value, state.Mean, state.Variance);
                    continue;
                }

                Parameter scores = masked.Pair.Scores;
                (State scoreState, AdamWStep scoreStep) = Next(scores, masked.ScoreGroup, rateFactor, gradientScale);
                gradient.Backend.MaskedAdamW(
                    gradient, masked.Pair.Mask, scores.Grad, step, parameter.Value, state.Mean, state.Variance,
                    scoreStep, scores.Value, scoreState.Mean, scoreState.Variance);
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

    private (State State, AdamWStep Step) Next(Parameter parameter, ParameterGroup group, double rateFactor, float gradientScale)
    {
        State state = StateOf(parameter);
        state.Step++;
        return (state, new AdamWStep((float)(group.LearningRate * rateFactor), beta1, beta2, epsilon, (float)group.WeightDecay, gradientScale, state.Step));
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
            Mean = Tensor.Zeros(parameter.Backend, parameter.Shape);
            Variance = Tensor.Zeros(parameter.Backend, parameter.Shape);
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
