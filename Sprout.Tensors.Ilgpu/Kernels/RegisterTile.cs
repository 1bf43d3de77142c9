// The results of one thread of a product.
namespace Sprout.Tensors.Ilgpu.Kernels;

/// <summary>8 × 8 sums: CRH is row R, half H of its columns. Single fields, and a new value for every step, because ILGPU keeps these in registers, but no arrays.</summary>
internal struct RegisterTile
{
    public Float4 C00, C01, C10, C11, C20, C21, C30, C31, C40, C41, C50, C51, C60, C61, C70, C71;

    /// <summary>this + the products of eight entries of a, in up and down, with eight of b, in left and right.</summary>
    public readonly RegisterTile Plus(Float4 up, Float4 down, Float4 left, Float4 right) => new()
    {
        C00 = C00.AddScaled(up.X, left),
        C01 = C01.AddScaled(up.X, right),
        C10 = C10.AddScaled(up.Y, left),
        C11 = C11.AddScaled(up.Y, right),
        C20 = C20.AddScaled(up.Z, left),
        C21 = C21.AddScaled(up.Z, right),
        C30 = C30.AddScaled(up.W, left),
        C31 = C31.AddScaled(up.W, right),
        C40 = C40.AddScaled(down.X, left),
        C41 = C41.AddScaled(down.X, right),
        C50 = C50.AddScaled(down.Y, left),
        C51 = C51.AddScaled(down.Y, right),
        C60 = C60.AddScaled(down.Z, left),
        C61 = C61.AddScaled(down.Z, right),
        C70 = C70.AddScaled(down.W, left),
        C71 = C71.AddScaled(down.W, right),
    };
}
