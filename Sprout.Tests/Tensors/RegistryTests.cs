// Things by name.
using Sprout.Tensors;

namespace Sprout.Tests.Tensors;

public sealed class RegistryTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("two words")]
    [InlineData("none")]
    [InlineData("first")]
    public void A_name_that_is_none_or_taken_is_refused(string name)
    {
        Registry<string> registry = new Registry<string>("thing", "none").Add("first", "1");
        registry.Invoking(r => r.Add(name, "2")).Should().Throw<ArgumentException>();
        registry.Names.Should().Equal("first");
    }

    [Fact]
    public void Names_keep_their_order_while_threads_add()
    {
        var registry = new Registry<string>("thing");
        Parallel.For(0, 200, i =>
        {
            registry.Add($"n{i}", $"{i}");
            registry.Names.Should().OnlyHaveUniqueItems();
            registry.Find($"n{i}").Should().Be($"{i}");
        });
        registry.Names.Should().HaveCount(200);
        registry.All.Select(thing => "n" + thing).Should().Equal(registry.Names);
        registry.Find("n200").Should().BeNull();
        registry.Invoking(r => r.Add("nothing", null!)).Should().Throw<ArgumentNullException>();
    }
}
