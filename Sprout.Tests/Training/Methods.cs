// Every way of training, as options of the command.
namespace Sprout.Tests.Training;

/// <summary>Theory data: a name and the options that TinyRun.Arguments takes.</summary>
public sealed class Methods : TheoryData<string, string>
{
    public Methods()
    {
        Add("none", "--method=none");
        Add("magnitude", "--method=magnitude --density=0.3");
        Add("movement", "--method=movement --density=0.3");
        Add("movement-global", "--method=movement --density=0.3 --scope=global");
        Add("soft-movement", "--method=soft-movement --lambda=5 --score-learning-rate=0.5 --threshold=0.4");
        Add("l0", "--method=l0 --lambda=5 --score-learning-rate=0.5 --score-init=uniform --score-scale=4");
        Add("random", "--method=random --density=0.3");
        Add("block", "--method=movement --density=0.3 --block=4x4");
        Add("hybrid", "--method=movement --density=0.5 --block=4x4 --feed-forward-unit=neuron --scope=global");
        Add("heads", "--method=soft-movement --lambda=5 --score-learning-rate=0.5 --threshold=0.5 --attention-unit=head --feed-forward-unit=neuron");
        Add("distilled", "--method=movement --density=0.3 --teacher=$F/teacher");
    }
}
