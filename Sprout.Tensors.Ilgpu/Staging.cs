// Copies to the device that do not make the host wait.
using ILGPU.Runtime;

namespace Sprout.Tensors.Ilgpu;

/// <summary>
/// A ring of page-locked memory between the host's data, which may move or change right after a call, and the device's copy engine, which reads it later. The
/// host waits only when the ring is full.
/// </summary>
internal sealed class Staging(Accelerator accelerator, AcceleratorStream stream) : IDisposable
{
    private const int Size = 4 << 20;
    private const int Alignment = 256;

    private readonly PageLockedArray1D<byte> memory = accelerator.AllocatePageLocked1D<byte>(Size);
    private OneThreadAtATime caller;
    private int used;

    /// <summary>Starts a copy; the source may change when this returns.</summary>
    /// <exception cref="InvalidOperationException">Another thread is uploading.</exception>
    public void Upload(ReadOnlySpan<byte> source, IlgpuBuffer destination, long offset)
    {
        caller.Enter();
        try
        {
            Copy(source, destination, offset);
        }
        finally
        {
            caller.Leave();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => memory.Dispose();

    private void Copy(ReadOnlySpan<byte> source, IlgpuBuffer destination, long offset)
    {
        while (source.Length > 0)
        {
            int part = Math.Min(source.Length, Size);
            if (used + part > Size)
            {
                stream.Synchronize();
                used = 0;
            }

            source[..part].CopyTo(memory.Span[used..]);
            destination.View(offset, part).CopyFromCPUUnsafeAsync(stream, ref memory[used], part);
            used = Math.Min(Size, (used + part + Alignment - 1) / Alignment * Alignment);
            source = source[part..];
            offset += part;
        }
    }
}
