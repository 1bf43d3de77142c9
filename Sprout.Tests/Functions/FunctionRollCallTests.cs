// No function and no operator goes unchecked.
using Sprout.Autograd;
using Sprout.Tests.Conformance;

namespace Sprout.Tests.Functions;

public sealed class FunctionRollCallTests
{
    private static IEnumerable<Type> Functions => typeof(Function).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Function)) && !type.IsAbstract);

    [Fact]
    public void Every_function_has_tests_with_cases()
    {
        Functions.Should().NotBeEmpty();
        foreach (Type function in Functions)
        {
            string name = $"{function.Name.Split('`')[0]}Tests";
            Type? tests = typeof(FunctionTests).Assembly.GetType($"{typeof(FunctionTests).Namespace}.{name}");
            tests.Should().NotBeNull("{0} needs a class {1} in Functions/", function.Name, name);
            tests.Should().BeDerivedFrom<FunctionTests>();
            // A pointwise function takes whatever there is.
            if (tests != typeof(PointwiseFunctionTests))
                tests!.GetMethod("Wrong_arguments_are_refused").Should().NotBeNull("{0} says what {1} refuses", name, function.Name);
            ((FunctionTests)Activator.CreateInstance(tests!)!).Cases.Should().NotBeEmpty("{0} needs cases", name);
        }
    }

    [Fact]
    public void Every_operator_has_a_gradient_check()
    {
        string[] labels = [.. new PointwiseFunctionTests().Cases.Select(test => test.Label)];
        foreach (Type op in KernelMenu.PointwiseOperators)
            labels.Should().Contain(label => label.StartsWith($"{op.Name} ", StringComparison.Ordinal), "{0} needs cases", op.Name);
    }
}
