// Notices a second thread.
namespace Sprout.Tensors;

/// <summary>Notices that a thread enters what another one is using. Not a lock: nobody waits.</summary>
public struct OneThreadAtATime
{
    private int inside;

    /// <summary>Enters; <see cref="Leave"/> has to follow.</summary>
    /// <exception cref="InvalidOperationException">Another thread is inside.</exception>
    public void Enter()
    {
        if (Interlocked.Exchange(ref inside, 1) == 0) return;
        throw new InvalidOperationException(
            "This backend is in use by another thread: a backend works for one thread at a time. "
            + "Open a device for each thread, or share a predictor, which may be called from any.");
    }

    /// <summary>Leaves.</summary>
    public void Leave() => Volatile.Write(ref inside, 0);
}
