// A theory that is skipped where the processor lacks what its backend needs.
using System.Reflection;
using Sprout.Tensors.Cpu;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Sprout.Tests.Conformance;

/// <summary>What a conformance class needs from the processor.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAttribute(InstructionSet set) : Attribute
{
    public InstructionSet Set => set;
}

/// <summary>A theory of a class that may carry <see cref="NeedsAttribute"/>.</summary>
[XunitTestCaseDiscoverer("Sprout.Tests.Conformance." + nameof(BackendTheoryDiscoverer), "Sprout.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class BackendTheoryAttribute : TheoryAttribute;

/// <summary>Discovers the cases of a theory, or one skipped case.</summary>
public sealed class BackendTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute)
    {
        ArgumentNullException.ThrowIfNull(testMethod);
        NeedsAttribute? needs = testMethod.TestClass.Class.ToRuntimeType().GetCustomAttribute<NeedsAttribute>();
        return needs is null || InstructionSets.IsSupported(needs.Set)
            ? base.Discover(discoveryOptions, testMethod, theoryAttribute)
            : CreateTestCasesForSkip(discoveryOptions, testMethod, theoryAttribute, $"This processor has no {needs.Set}.");
    }
}
