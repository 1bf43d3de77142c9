namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>
/// The results of one thread of a product, 8 × 8 sums: CRH is row R, half H of its columns. Single fields, and a new value for every step, because ILGPU keeps
/// these in registers, but no arrays.
/// </summary>
internal struct RegisterTile
{
    public Float4 C00, C01, C10, C11, C20, C21, C30, C31, C40, C41, C50, C51, C60, C61, C70, C71;

    /// <summary>this + the products of eight entries of a, in up and down, with eight of b, in left and right.</summary>
    public readonly RegisterTile Plus(Float4 up, Float4 down, Float4 left, Float4 right) => new()
    {
        C00 = Float4.MultiplyAdd(up.X, left, C00),
        C01 = Float4.MultiplyAdd(up.X, right, C01),
        C10 = Float4.MultiplyAdd(up.Y, left, C10),
        C11 = Float4.MultiplyAdd(up.Y, right, C11),
        C20 = Float4.MultiplyAdd(up.Z, left, C20),
        C21 = Float4.MultiplyAdd(up.Z, right, C21),
        C30 = Float4.MultiplyAdd(up.W, left, C30),
        C31 = Float4.MultiplyAdd(up.W, right, C31),
        C40 = Float4.MultiplyAdd(down.X, left, C40),
        C41 = Float4.MultiplyAdd(down.X, right, C41),
        C50 = Float4.MultiplyAdd(down.Y, left, C50),
        C51 = Float4.MultiplyAdd(down.Y, right, C51),
        C60 = Float4.MultiplyAdd(down.Z, left, C60),
        C61 = Float4.MultiplyAdd(down.Z, right, C61),
        C70 = Float4.MultiplyAdd(down.W, left, C70),
        C71 = Float4.MultiplyAdd(down.W, right, C71),
    };
}
