// checkpoint.json: what a checkpoint holds, and whose it is.
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Tensors;
using Sprout.Tensors.IO;

namespace Sprout.Bert.Training;

/// <summary>
/// The last file that is written into a checkpoint: the run's identity, and every other file's length and SHA-256. Without it, or with another file than it
/// says, a checkpoint is not whole.
/// </summary>
public static class CheckpointManifest
{
    /// <summary>The file's name.</summary>
    public const string FileName = "checkpoint.json";

    /// <summary>Writes the manifest of a folder's files.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="identity">What is the same for a run and its continuation, and for nothing else; empty where nobody asks.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string folder, string identity)
    {
        var files = new JsonObject();
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            files[Path.GetFileName(path)] = new JsonObject { ["bytes"] = new FileInfo(path).Length, ["sha256"] = HashOf(path) };
        JsonFile.WriteSorted(Path.Combine(folder, FileName), new JsonObject { ["run"] = identity, ["files"] = files });
    }

    /// <summary>What is wrong with a checkpoint; null when it is whole.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="identity">What the run says of itself.</param>
    /// <param name="needed">Files that every checkpoint has.</param>
    /// <exception cref="InputException">It is whole, but of another run.</exception>
    public static string? Damage(string folder, string identity, params ReadOnlySpan<string> needed)
    {
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

        if (manifest["files"] is not JsonObject files || manifest["run"] is not JsonValue identityOf || !identityOf.TryGetValue(out string? run))
            return $"its {FileName} is none of Sprout's";
        foreach (string name in needed)
            if (!files.ContainsKey(name)) return $"its {FileName} does not name {name}";
        foreach ((string name, JsonNode? about) in files)
        {
            string file = Path.Combine(folder, Path.GetFileName(name));
            if (!File.Exists(file)) return $"it has no {name}";
            if (FileKind.Of(file) is string kind) return $"its {name} is {kind}";
            if (about is not JsonObject stored || !JsonNode.DeepEquals(stored["bytes"], JsonValue.Create(new FileInfo(file).Length))
                || !JsonNode.DeepEquals(stored["sha256"], HashOf(file)))
                return $"its {name} is not what was written";
        }

        return run == identity ? null
            : throw new InputException($"{folder}: expected a checkpoint of this run, found one of other data, start weights or options.");
    }

    private static string HashOf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
