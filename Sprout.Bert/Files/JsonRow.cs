// One record of a JSON file.
using System.Text.Json;

namespace Sprout.Bert.Files;

/// <summary>One JSON object of a file of objects.</summary>
/// <param name="Line">Number of the line the object starts on, from 1.</param>
/// <param name="Value">The object; it stays valid as long as it is referenced.</param>
public readonly record struct JsonRow(int Line, JsonElement Value);
