// One matrix product in libtorch.
using System.Diagnostics;
using static TorchSharp.torch;

namespace Sprout.Peers;

/// <summary>Times C = A · B, in memory that is there.</summary>
internal static class TorchProduct
{
    // Small products are repeated within a sample, as `sprout bench` does.
    private const double LeastSeconds = 5e-3;

    /// <summary>Times it.</summary>
    public static void Run(Arguments arguments)
    {
        set_num_threads(arguments.Threads);
        int[] extents = [.. arguments.Text("--shape").Split('x').Select(int.Parse)];
        (int m, int n, int k) = (extents[0], extents[1], extents[2]);
        string layout = arguments.Text("--layout");
        Tensor a = layout[0] == 'T' ? rand(k, m).t() : rand(m, k), b = layout[1] == 'T' ? rand(n, k).t() : rand(k, n), c = empty(m, n);
        using IDisposable off = no_grad();
        double one = Enumerable.Range(0, 1 + arguments.Warmup).Min(_ => Seconds(1));
        int calls = Math.Max(1, (int)(LeastSeconds / one));
        Timing.Of(arguments, _ => Seconds(calls)).Print(
            "gemm", calls, ("threads", get_num_threads()), ("gflops_a_call", 2.0 * m * n * k / 1e9), ("libtorch", TorchSharp.torch.__version__));

        double Seconds(int times)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < times; i++) c.addmm_(a, b, beta: 0, alpha: 1);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
