namespace Sprout.Tests.Emulation;

/// <summary>Counts what passes between the host and an emulated device.</summary>
internal sealed class DeviceTraffic
{
    public int Allocations { get; set; }

    public int Launches { get; set; }

    public int LibraryProducts { get; set; }

    public int CopiesIn { get; set; }

    public int CopiesOut { get; set; }

    public int Waits { get; set; }
}
