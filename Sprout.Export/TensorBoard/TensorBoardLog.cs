// Scalars for TensorBoard.
using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Export.TensorBoard;

/// <summary>
/// Writes an event file: TFRecord frames (u64 length, masked CRC-32C of it, payload, masked CRC-32C of it, little-endian) around
/// <c>tensorflow.Event</c> messages (tensorflow/core/util/event.proto). Every writer starts a file of its own, so a resumed run adds
/// one and TensorBoard shows both as one curve. Each record reaches the operating system at once. Not safe for several threads.
/// </summary>
public sealed class TensorBoardLog : ITrainingLog
{
    // Field numbers of Event, Summary and Summary.Value.
    private const int EventWallTime = 1;
    private const int EventStep = 2;
    private const int EventFileVersion = 3;
    private const int EventSummary = 5;
    private const int SummaryValue = 1;
    private const int ValueTag = 1;
    private const int ValueSimpleValue = 2;

    private const int PrefixLength = sizeof(ulong) + sizeof(uint);

    private readonly FileStream stream;
    private readonly TimeProvider clock;

    /// <summary>Creates <c>events.out.tfevents.&lt;seconds&gt;.&lt;host&gt;</c> in <paramref name="folder"/>, and the folder when it is missing.</summary>
    /// <param name="folder">The run's log folder.</param>
    /// <param name="clock">The source of wall times; the system's by default.</param>
    /// <exception cref="InputException">The folder or file cannot be written.</exception>
    public TensorBoardLog(string folder, TimeProvider? clock = null)
    {
        this.clock = clock ?? TimeProvider.System;
        try
        {
            Directory.CreateDirectory(folder);
            stream = Create(folder, this.clock.GetUtcNow().ToUnixTimeSeconds());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write TensorBoard events in {folder}: {e.Message}", e);
        }

        FilePath = stream.Name;
        Append(WallTime(), output =>
        {
            output.WriteTag(EventFileVersion, WireFormat.WireType.LengthDelimited);
            output.WriteString("brain.Event:2");
        });
    }

    /// <summary>The file being written.</summary>
    public string FilePath { get; }

    /// <summary>Appends one point of the curve <paramref name="tag"/>, at the present time.</summary>
    /// <exception cref="InputException">The disk is full or the file has gone.</exception>
    public void AddScalar(string tag, double value, long step)
    {
        ByteString point = Message(output =>
        {
            output.WriteTag(ValueTag, WireFormat.WireType.LengthDelimited);
            output.WriteString(tag);
            output.WriteTag(ValueSimpleValue, WireFormat.WireType.Fixed32);
            output.WriteFloat((float)value);
        });
        ByteString summary = Message(output =>
        {
            output.WriteTag(SummaryValue, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(point);
        });
        Append(WallTime(), output =>
        {
            output.WriteTag(EventStep, WireFormat.WireType.Varint);
            output.WriteInt64(step);
            output.WriteTag(EventSummary, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(summary);
        });
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    private static FileStream Create(string folder, long seconds)
    {
        string host = string.Concat(Environment.MachineName.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_'));
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{seconds}.{(host.Length == 0 ? "localhost" : host)}");

        // Two writers of one second get two files.
        string path = Path.Combine(folder, name);
        for (int copy = 1; File.Exists(path); copy++) path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}.{copy}"));

        // Unbuffered: a viewer sees each point, and a killed run loses none.
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    private double WallTime() => clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    private void Append(double wallTime, Action<CodedOutputStream> write)
    {
        ByteString payload = Message(output =>
        {
            output.WriteTag(EventWallTime, WireFormat.WireType.Fixed64);
            output.WriteDouble(wallTime);
            write(output);
        });
        var record = new byte[PrefixLength + payload.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Crc32C.Masked(record.AsSpan(0, sizeof(ulong))));
        payload.Span.CopyTo(record.AsSpan(PrefixLength));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(PrefixLength + payload.Length), Crc32C.Masked(payload.Span));
        try
        {
            stream.Write(record);
        }
        catch (IOException e)
        {
            throw new InputException($"Cannot write {FilePath}: {e.Message}", e);
        }
    }

    private static ByteString Message(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes);
        write(output);
        output.Flush();
        return ByteString.CopyFrom(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }
}
