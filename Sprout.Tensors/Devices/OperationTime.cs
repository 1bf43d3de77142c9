// What a profile says of one operation.
namespace Sprout.Tensors.Devices;

/// <summary>The calls of one kernel of the menu, added up.</summary>
/// <param name="Name">The kernel's name, with the layout for products and the activation for layers.</param>
public sealed record OperationTime(string Name)
{
    /// <summary>Calls so far.</summary>
    public long Calls { get; private set; }

    /// <summary>Seconds from call to return, all calls.</summary>
    public double Seconds { get; private set; }

    /// <summary>Multiplications and additions of the products, 0 for kernels that are bound by memory.</summary>
    public double Flops { get; private set; }

    /// <summary>Bytes of all sources and destinations, each once a call.</summary>
    public double Bytes { get; private set; }

    internal void Add(double seconds, double flops, double bytes)
    {
        Calls++;
        Seconds += seconds;
        Flops += flops;
        Bytes += bytes;
    }
}
