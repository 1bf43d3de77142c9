using Sprout.Tensors;

namespace Sprout.Tests.Conformance;

/// <summary>
/// Every kernel of the menu against the reference backend, and against itself on other numbers of threads. A backend joins with a subclass that opens it;
/// a kernel joins with its cases, and fails here until it has some.
/// </summary>
[Collection("backends")] // One after another: worker threads that spin would starve each other.
public abstract class BackendConformance
{
    /// <summary>The names of all kernels.</summary>
    public static TheoryData<string> Kernels => [.. KernelMenu.Kernels];

    /// <summary>Opens the backend under test.</summary>
    protected abstract IBackend Open(int threads);

    /// <summary>Ends the use of a backend.</summary>
    protected virtual void Close(IBackend backend) => backend.Dispose();

    [BackendTheory]
    [MemberData(nameof(Kernels))]
    public void Kernel_agrees_with_the_reference(string kernel)
    {
        foreach (int threads in new[] { 1, 3 })
        {
            IBackend backend = Open(threads);
            string[] faults = [.. KernelMenu.CasesOf(kernel).SelectMany(test => test.Faults(backend))];
            faults.Should().BeEmpty("{0} has to agree with the reference", backend.Name);
            backend.LiveBytes.Should().Be(0, "kernels give back what they borrow");
            Close(backend);
        }
    }

    [BackendTheory]
    [MemberData(nameof(Kernels))]
    public void Kernel_gives_the_same_bits_on_any_number_of_threads(string kernel)
    {
        IBackend one = Open(1), two = Open(2), three = Open(3);
        foreach (KernelCase test in KernelMenu.CasesOf(kernel))
        {
            KernelOutcome expected = test.Execute(one);
            test.Execute(two).HasBitsOf(expected).Should().BeTrue("{0} runs on two threads", test);
            test.Execute(three).HasBitsOf(expected).Should().BeTrue("{0} runs on three threads", test);
        }

        foreach (IBackend backend in new[] { one, two, three }) Close(backend);
    }
}
