using Sprout.Tensors.Random;

namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>A <see cref="Dropout"/> as kernels take it: its derived numbers computed on the host, in double as everywhere.</summary>
internal readonly struct DropoutPlace(Dropout dropout)
{
    private readonly ulong key = dropout.Key, stream = dropout.Stream;
    private readonly uint threshold = dropout.Threshold;
    private readonly float scale = dropout.Scale;
    private readonly int isActive = dropout.IsActive ? 1 : 0;

    public bool IsActive => isActive != 0;

    /// <summary>x, scaled when element <paramref name="element"/> survives, else 0.</summary>
    public float Apply(float x, int element) => isActive == 0 ? x : Apply(x, Word((ulong)element / 4, element & 3));

    /// <summary>x, scaled when its random word lets it survive, else 0.</summary>
    public float Apply(float x, uint word) => word >= threshold ? x * scale : 0f;

    /// <summary>One of the four random words of a counter.</summary>
    public uint Word(ulong counter, int word) => Select(Block(counter), word);

    /// <summary>The four random words of a counter.</summary>
    public (uint X0, uint X1, uint X2, uint X3) Block(ulong counter) => Philox.Next(key, counter, stream);

    /// <summary>One of four words.</summary>
    public static uint Select((uint X0, uint X1, uint X2, uint X3) block, int word) =>
        word == 0 ? block.X0 : word == 1 ? block.X1 : word == 2 ? block.X2 : block.X3;
}
