// Words of options in JSON.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sprout.Bert.Files;

/// <summary>A value of an enumeration as options spell it: lower case, with hyphens.</summary>
public sealed class KebabEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
