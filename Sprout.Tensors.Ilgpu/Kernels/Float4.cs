namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>Four neighbouring floats: one vector load or store, and one row of a register tile.</summary>
internal struct Float4
{
    public float X, Y, Z, W;

    public Float4(float x, float y, float z, float w) => (X, Y, Z, W) = (x, y, z, w);

    /// <summary>factor · a + b; device compilers fuse the product and its sum.</summary>
    public static Float4 MultiplyAdd(float factor, Float4 a, Float4 b) =>
        new(b.X + (factor * a.X), b.Y + (factor * a.Y), b.Z + (factor * a.Z), b.W + (factor * a.W));

    public static Float4 operator +(Float4 left, Float4 right) => new(left.X + right.X, left.Y + right.Y, left.Z + right.Z, left.W + right.W);
}
