// What is done when a disk is full.
using System.Numerics;

namespace Sprout.Tensors.IO;

/// <summary>Waits for space instead of giving up what took hours to compute.</summary>
public static class FullDisk
{
    // ENOSPC is 28 everywhere; EDQUOT; ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
    private const int NoSpace = 28, LinuxQuota = 122, MacQuota = 69, WindowsHandleFull = 39, WindowsFull = 112;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);

    /// <summary>Whether an error, or what caused it, is that a disk or a quota is full.</summary>
    public static bool IsFull(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            if (error is IOException && IsFull(error.HResult & 0xffff)) return true;
        return false;
    }

    /// <summary>Writes; while the disk is full, says so and tries again.</summary>
    /// <param name="write">What to do; may be done several times.</param>
    /// <param name="note">Receives a sentence at the 1st, 2nd, 4th, 8th … try that fails and when there is space again; null: nothing is waited for.</param>
    /// <param name="cancellation">Ends the waiting: the error of the last try is thrown.</param>
    /// <param name="pause">Time between two tries; null: 10 seconds.</param>
    public static void Retry(Action write, Action<string>? note, CancellationToken cancellation, TimeSpan? pause = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        for (uint tries = 1; ; tries++)
        {
            try
            {
                write();
                if (tries > 1) note?.Invoke("There is space again.");
                return;
            }
            // Without a listener nobody would know why nothing goes on.
            catch (Exception e) when (note is not null && IsFull(e) && !cancellation.IsCancellationRequested)
            {
                TimeSpan wait = pause ?? Usual;
                if (BitOperations.IsPow2(tries)) note(FormattableString.Invariant($"{e.Message} Waiting for space, trying every {wait.TotalSeconds} seconds."));
                cancellation.WaitHandle.WaitOne(wait);
            }
        }
    }

    private static bool IsFull(int code) =>
        OperatingSystem.IsWindows() ? code is WindowsHandleFull or WindowsFull
        : OperatingSystem.IsMacOS() ? code is NoSpace or MacQuota
        : code is NoSpace or LinuxQuota;
}
