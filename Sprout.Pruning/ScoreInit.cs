// How scores start.
using System.Text.Json.Serialization;
using Sprout.Bert.Files;

namespace Sprout.Pruning;

/// <summary>How scores start.</summary>
[JsonConverter(typeof(KebabEnumConverter<ScoreInit>))]
public enum ScoreInit
{
    /// <summary>Every score is the scale.</summary>
    Constant,

    /// <summary>Uniform between −scale and scale.</summary>
    Uniform,

    /// <summary>
    /// Uniform between ±1/√columns of the score matrix (He et al. 2015 with a = √5, the default of PyTorch's linear layers); the scale is not used.
    /// </summary>
    Kaiming,
}
