// Hashes a file while it is written.
using System.Security.Cryptography;

namespace Sprout.Tensors.IO;

/// <summary>
/// Passes bytes on to a stream and to a hash. A large part is hashed by another thread while this one writes: to read a checkpoint again would cost as much as
/// to write it. Disposing waits for the hash and leaves the stream open.
/// </summary>
internal sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
{
    private const int Large = 1 << 16;

    private byte[] copy = [];
    private Task? hashing;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        hashing?.Wait();
        int length = buffer.Length;
        if (length < Large)
        {
            hash.AppendData(buffer);
        }
        else
        {
            // The caller may change its buffer before it is hashed.
            if (copy.Length < length) copy = new byte[length];
            buffer.CopyTo(copy);
            hashing = Task.Run(() => hash.AppendData(copy, 0, length));
        }

        inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        hashing?.Wait();
        base.Dispose(disposing);
    }
}
