// AdamW, with libtorch's fused kernel.
using TorchSharp;
using static TorchSharp.torch;

namespace Sprout.Peers;

/// <summary>
/// Clipping to a norm of 1 and AdamW in libtorch's fused kernel, which TorchSharp does not bind: TorchScript reaches it. Scripts take no lists of tensors, so
/// one is generated with a name for every tensor.
/// </summary>
internal sealed class FusedAdamW
{
    private readonly Trained[] trained;
    private readonly Group[] groups;
    private readonly jit.CompilationUnit script;
    private readonly Tensor steps = tensor(0f);

    /// <summary>An optimiser whose moments are 0.</summary>
    public FusedAdamW(IReadOnlyList<Trained> trained)
    {
        groups = [.. trained.GroupBy(one => (one.Rate, one.Decay)).Select((group, i) => new Group($"update{i}", [.. group]))];
        this.trained = [.. groups.SelectMany(group => group.Members)];
        string all = Names("g", this.trained.Length, ": Tensor");
        script = jit.compile(
            $"def norm({all}):\n    return torch.linalg_vector_norm(torch.stack(torch._foreach_norm([{Names("g", this.trained.Length)}])))\n"
            + string.Concat(groups.Select(ScriptOf)));
    }

    /// <summary>A step by the gradients that there are.</summary>
    public void Step()
    {
        using IDisposable off = no_grad();
        Dictionary<Tensor, Tensor> gradients = new(ReferenceEqualityComparer.Instance);
        foreach (Trained one in trained) gradients[one.Value] = one.Gradient();
        Tensor norm = script.invoke<Tensor>("norm", [.. trained.Select(one => gradients[one.Value])]);
        // The kernel divides gradients by it.
        Tensor scale = norm.add(1e-6).clamp_min(1.0);
        steps.add_(1);
        foreach (Group group in groups)
        {
            IEnumerable<object> tensors =
                [.. group.Members.Select(one => one.Value), .. group.Members.Select(one => gradients[one.Value]), .. group.First, .. group.Second];
            script.invoke<Tensor>(group.Function, [.. tensors, steps, scale, group.Members[0].Rate, group.Members[0].Decay]);
        }
    }

    private static string ScriptOf(Group group)
    {
        int count = group.Members.Length;
        string parameters = string.Join(", ", "pgmv".Select(letter => Names($"{letter}", count, ": Tensor")));
        // Lists that are named, and read after the call: the compiler would take the call for dead code.
        return $"""
            def {group.Function}({parameters}, step: Tensor, scale: Tensor, lr: float, decay: float):
                p = [{Names("p", count)}]
                m = [{Names("m", count)}]
                v = [{Names("v", count)}]
                s = [{string.Join(", ", Enumerable.Repeat("step", count))}]
                torch._fused_adamw_(
                    p, [{Names("g", count)}], m, v, [], s, lr=lr, beta1=0.9, beta2=0.999, weight_decay=decay, eps=1e-8,
                    amsgrad=False, maximize=False, grad_scale=scale)
                return p[0] if len(m) == len(v) else v[0]

            """;
    }

    private static string Names(string letter, int count, string type = "") => string.Join(", ", Enumerable.Range(0, count).Select(i => $"{letter}{i}{type}"));

    // What has one rate and decay, with its moments.
    private sealed class Group(string function, Trained[] members)
    {
        public string Function => function;

        public Trained[] Members => members;

        public Tensor[] First { get; } = [.. members.Select(one => zeros_like(one.Value, requires_grad: false))];

        public Tensor[] Second { get; } = [.. members.Select(one => zeros_like(one.Value, requires_grad: false))];
    }
}
