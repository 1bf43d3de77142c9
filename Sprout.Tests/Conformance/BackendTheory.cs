// A theory that is skipped where the machine lacks what its backend needs.
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Sprout.Tests.Conformance;

/// <summary>What a conformance class needs from the machine.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class NeedsAttribute : Attribute
{
    /// <summary>Why the class cannot run here, or null when it can.</summary>
    public abstract string? Missing { get; }
}

/// <summary>A theory of a class that may carry a <see cref="NeedsAttribute"/>.</summary>
[XunitTestCaseDiscoverer("Sprout.Tests.Conformance." + nameof(BackendTheoryDiscoverer), TestAssembly.Name)]
[AttributeUsage(AttributeTargets.Method)]
public sealed class BackendTheoryAttribute : TheoryAttribute;

/// <summary>Discovers the cases of a theory, or one skipped case.</summary>
public sealed class BackendTheoryDiscoverer(IMessageSink messages) : TheoryDiscoverer(messages)
{
    public override IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute)
    {
        ArgumentNullException.ThrowIfNull(testMethod);
        string? missing = testMethod.TestClass.Class.ToRuntimeType().GetCustomAttribute<NeedsAttribute>()?.Missing;
        return missing is null
            ? base.Discover(discoveryOptions, testMethod, theoryAttribute)
            : [new XunitSkippedDataRowTestCase(
                DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, missing)];
    }
}
