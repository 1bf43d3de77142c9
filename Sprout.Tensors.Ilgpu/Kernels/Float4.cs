// Four floats that a device reads and writes at once.
namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Four neighbouring floats: one vector load or store, and one row of a register tile.</summary>
internal struct Float4
{
    public float X, Y, Z, W;

    public Float4(float x, float y, float z, float w) => (X, Y, Z, W) = (x, y, z, w);

    /// <summary>this + factor · other.</summary>
    public readonly Float4 AddScaled(float factor, Float4 other) =>
        new(X + (factor * other.X), Y + (factor * other.Y), Z + (factor * other.Z), W + (factor * other.W));
}
