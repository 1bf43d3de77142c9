// checkpoint.json: what a checkpoint holds, and whose it is.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Training;

/// <summary>
/// The last file that is written into a checkpoint: whose it is, and every other file's length and SHA-256. Without it, or with another file than it says, a
/// checkpoint is not whole.
/// </summary>
public static class CheckpointManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "checkpoint.json";

    /// <summary>Writes the manifest of a folder's files.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="identity">What is the same for a run and its continuation: hashes by what they are of; empty where nobody asks.</param>
    /// <param name="hashes">SHA-256 of files by name, as far as it is known from writing them; the others are read.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string folder, IReadOnlyDictionary<string, string> identity, IReadOnlyDictionary<string, string>? hashes = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        var files = new JsonObject();
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            files[Path.GetFileName(path)] = About(path, hashes?.GetValueOrDefault(Path.GetFileName(path)) ?? HashOf(path));
        var run = new JsonObject(identity.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        JsonFile.WriteSorted(Path.Combine(folder, FileName), new JsonObject { ["files"] = files, ["run"] = run, ["sha256"] = HashOf(files, run) });
    }

    /// <summary>What is wrong with a checkpoint; null when it is whole.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="identity">What the run says of itself.</param>
    /// <param name="needed">Files that every checkpoint has.</param>
    /// <exception cref="InputException">It is whole, but of another run; the message names what differs.</exception>
    public static string? Damage(string folder, IReadOnlyDictionary<string, string> identity, params ReadOnlySpan<string> needed)
    {
        ArgumentNullException.ThrowIfNull(identity);
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return $"it has no {FileName}";
        JsonObject manifest;
        try
        {
            manifest = JsonFile.ReadObject(path);
        }
        catch (InputException e)
        {
            return e.Message.TrimEnd('.');
        }

        if (manifest["files"] is not JsonObject files || manifest["run"] is not JsonObject run) return $"its {FileName} is none of Sprout's";
        if (!JsonNode.DeepEquals(manifest["sha256"], HashOf(files, run))) return $"its {FileName} is not what was written";
        foreach (string name in needed)
            if (!files.ContainsKey(name)) return $"its {FileName} does not name {name}";
        foreach ((string name, JsonNode? about) in files)
        {
            string file = Path.Combine(folder, Path.GetFileName(name));
            if (!File.Exists(file)) return $"it has no {name}";
            if (FileKind.Of(file) is string kind) return $"its {name} is {kind}";
            try
            {
                if (!JsonNode.DeepEquals(about, About(file, HashOf(file)))) return $"its {name} is not what was written";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return $"its {name} cannot be read: {e.Message.TrimEnd('.')}";
            }
        }

        string[] others = [.. identity.Keys.Union(run.Select(pair => pair.Key))
            .Where(key => !JsonNode.DeepEquals(run[key], identity.GetValueOrDefault(key))).Order(StringComparer.Ordinal)];
        if (others.Length == 0) return null;
        throw new InputException($"{folder}: expected a checkpoint of this run, found one with other {string.Join(", other ", others)}.");
    }

    private static JsonObject About(string path, string hash) => new() { ["bytes"] = new FileInfo(path).Length, ["sha256"] = hash };

    // A damaged manifest must not pass for that of another run.
    private static string HashOf(JsonObject files, JsonObject run) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(files.ToJsonString() + run.ToJsonString())));

    private static string HashOf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
