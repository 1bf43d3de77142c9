// No kernel goes untested.
namespace Sprout.Tests.Conformance;

public sealed class RollCallTests
{
    [Fact]
    public void Every_kernel_of_the_menu_has_conformance_cases() =>
        KernelMenu.Kernels.Where(kernel => !KernelMenu.CasesOf(kernel).Any()).Should().BeEmpty("every kernel needs cases in Conformance/Cases");
}
