// What the command's exit codes mean.
using Sprout.Bert.Training;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Cli.Shell;

/// <summary>The exit codes, and which error leads to which.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A bug of Sprout.</summary>
    public const int Bug = 1;

    /// <summary>Wrong usage.</summary>
    public const int Usage = 2;

    /// <summary>Bad input, or an export that loses more than it may.</summary>
    public const int Input = 3;

    /// <summary>Training diverged, or a model computes what is no number.</summary>
    public const int Diverged = 4;

    /// <summary>Cancelled with Ctrl+C.</summary>
    public const int Cancelled = 130;

    /// <summary>Runs an action, prints the one sentence of an error and returns the code.</summary>
    public static int Guard(TextWriter log, Func<int> action)
    {
        try
        {
            return action();
        }
        catch (OptionException e)
        {
            return Fail(log, e.Describe(OptionOf), Usage);
        }
        catch (InputException e)
        {
            return Fail(log, e.Describe(OptionOf), Input);
        }
        catch (Exception e) when (e is DivergedException or NotFiniteException)
        {
            return Fail(log, e.Message, Diverged);
        }
        catch (OperationCanceledException e)
        {
            return Fail(log, e.Message, Cancelled);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fail(log, $"Cannot read or write: {e.Message}", Input);
        }
        catch (OutOfMemoryException e)
        {
            return Fail(log, $"Out of memory: {e.Message} Try a smaller --batch-size with --gradient-accumulation, or a smaller --max-length.", Input);
        }
#pragma warning disable CA1031 // The last resort: whatever reaches this is a bug, and the user is told where to report it.
        catch (Exception e)
        {
            log.WriteLine(e);
            return Fail(log, "This is a bug in Sprout; please report it with the lines above at the project's issue tracker.", Bug);
        }
#pragma warning restore CA1031
    }

    // Options of the command are properties of the libraries in lower case with hyphens.
    private static string OptionOf(string property) => "--" + RecipeJson.KeyOf(property);

    private static int Fail(TextWriter log, string message, int code)
    {
        log.WriteLine(Terminal.Printable(message));
        return code;
    }
}
