// Where a command's results and messages go.
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sprout.Cli.Shell;

/// <summary>Results go to <see cref="Output"/>, progress and messages to <see cref="LogWriter"/>; Ctrl+C is <see cref="Cancellation"/>.</summary>
internal sealed class Terminal
{
    // Texts in any script stay readable; nothing is embedded in HTML.
    private static readonly JsonSerializerOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions Indented = new(Line) { WriteIndented = true };

    /// <summary>A terminal over two streams.</summary>
    public Terminal(TextWriter output, MessageWriter log, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        Output = new ResultWriter(output);
        LogWriter = log;
        Arguments = arguments;
        Cancellation = cancellation;
    }

    /// <summary>Results.</summary>
    public ResultWriter Output { get; }

    /// <summary>Columns of the screen that shows results; null where none does.</summary>
    public int? OutputColumns => Output.IsScreen ? MessageWriter.Columns : null;

    /// <summary>Progress and messages.</summary>
    public MessageWriter LogWriter { get; }

    /// <summary>What the command was started with.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Signalled by Ctrl+C.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Whether <see cref="Cancellation"/> is heeded, because something would be lost otherwise. Until then Ctrl+C ends the process.</summary>
    public bool HeedsCancellation { get; set; }

    /// <summary>Prints one message line.</summary>
    public void Log(string line) => LogWriter.WriteLine(Printable(line));

    /// <summary>A text without control characters, so that names from files cannot steer the screen.</summary>
    public static string Printable(string text) =>
        string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    /// <summary>JSON on one line.</summary>
    public static string Compact(JsonNode json) => json.ToJsonString(Line);

    /// <summary>Prints the one JSON document of <c>--json</c>.</summary>
    public void Document(JsonNode json) => Output.WriteLine(json.ToJsonString(Indented));
}
