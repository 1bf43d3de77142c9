// Progress and messages on their way to standard error.
using System.Text;

namespace Sprout.Cli.Shell;

/// <summary>
/// Passes messages on, from any thread. What a full disk or a closed pipe does not take is dropped, because messages end no command. A line that is redrawn in
/// place is ended before anything else is written.
/// </summary>
internal sealed class MessageWriter : TextWriter
{
    private const int UsualWidth = 80;

    private readonly Lock turn = new();
    private readonly TextWriter inner;
    private int live;

    /// <summary>Writes to a stream.</summary>
    /// <param name="inner">The stream.</param>
    /// <param name="isScreen">Whether a person sees it, so that lines may be redrawn.</param>
    public MessageWriter(TextWriter inner, bool isScreen) => (this.inner, IsScreen) = (inner, isScreen);

    /// <summary>Whether a person sees it, so that lines may be redrawn.</summary>
    public bool IsScreen { get; }

    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <summary>Columns of the screen; 80 when it does not tell.</summary>
    public static int Columns
    {
        get
        {
            try
            {
                return Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth;
            }
            catch (IOException)
            {
                return UsualWidth;
            }
        }
    }

    /// <summary>Standard error; where there is none, messages go nowhere.</summary>
    public static MessageWriter OfConsole()
    {
        try
        {
            return IsOfRuntime() ? new MessageWriter(Null, isScreen: false) : new MessageWriter(Console.Error, !Console.IsErrorRedirected);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new MessageWriter(Null, isScreen: false);
        }
    }

    /// <summary>Draws the line that is redrawn in place over the one before.</summary>
    public void Redraw(string line)
    {
        lock (turn)
        {
            Try(() => inner.Write('\r' + line.PadRight(Math.Min(live, Columns - 1))));
            live = line.Length;
        }
    }

    /// <summary>Ends the line that is redrawn, so that it stays.</summary>
    public void EndRedrawn() => Pass(() => { });

    /// <inheritdoc/>
    public override void Write(char value) => Pass(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Pass(() => inner.Write(value));

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Pass(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    // Where both standard streams are closed, Linux gives their numbers to the two ends of a pipe that the runtime opens for itself.
    private static bool IsOfRuntime()
    {
        if (!OperatingSystem.IsLinux()) return false;
        string? error = new FileInfo("/proc/self/fd/2").LinkTarget;
        return error?.StartsWith("pipe:", StringComparison.Ordinal) == true && error == new FileInfo("/proc/self/fd/1").LinkTarget
            && File.ReadLines("/proc/self/fdinfo/1").Any(line => line.StartsWith("flags:", StringComparison.Ordinal) && line[^1] == '0');
    }

    private void Pass(Action write)
    {
        lock (turn)
        {
            if (live > 0) Try(inner.WriteLine);
            live = 0;
            Try(write);
        }
    }

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // There is nowhere left to say it.
        }
    }
}
