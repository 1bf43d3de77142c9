using Sprout.Tensors.Random;

namespace ILGPU;

/// <summary>
/// In which order the threads of a group take their turns: forwards, backwards, or shuffled anew at every barrier: whatever a device may do between two
/// barriers.
/// </summary>
internal sealed class LaneOrder(int kind)
{
    private readonly RandomStream random = new(seed: 7, stream: 0);
    private int[] lanes = [];

    /// <summary>The threads in the order of their next turn.</summary>
    public ReadOnlySpan<int> Of(int count)
    {
        if (lanes.Length != count)
        {
            lanes = [.. Enumerable.Range(0, count)];
            if (kind == 2) Array.Reverse(lanes);
        }

        if (kind == 3) random.Shuffle(lanes);
        return lanes;
    }
}
