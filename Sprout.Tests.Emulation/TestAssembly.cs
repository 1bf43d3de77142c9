// The name by which xunit finds the classes of this assembly.
namespace Sprout.Tests;

internal static class TestAssembly
{
    public const string Name = "Sprout.Tests.Emulation";
}
