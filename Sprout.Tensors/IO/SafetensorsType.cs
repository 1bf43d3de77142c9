// The element types a safetensors file can name.
namespace Sprout.Tensors.IO;

#pragma warning disable CA1707 // The names are the format's own.

/// <summary>Element type of a stored tensor; the members are spelled as the file's <c>dtype</c> spells them.</summary>
public enum SafetensorsType
{
    /// <summary>One byte, 0 or 1.</summary>
    BOOL,

    /// <summary>Unsigned 8-bit integer.</summary>
    U8,

    /// <summary>Signed 8-bit integer.</summary>
    I8,

    /// <summary>8-bit float, 5 exponent and 2 fraction bits.</summary>
    F8_E5M2,

    /// <summary>8-bit float, 4 exponent and 3 fraction bits.</summary>
    F8_E4M3,

    /// <summary>8-bit scale, exponent only.</summary>
    F8_E8M0,

    /// <summary>Signed 16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>IEEE 754 half precision.</summary>
    F16,

    /// <summary>The upper half of an IEEE 754 single.</summary>
    BF16,

    /// <summary>Signed 32-bit integer.</summary>
    I32,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>IEEE 754 single precision.</summary>
    F32,

    /// <summary>IEEE 754 double precision.</summary>
    F64,

    /// <summary>Signed 64-bit integer.</summary>
    I64,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,

    /// <summary>Complex number of two singles.</summary>
    C64,
}
