// Which training examples are held out.
using Sprout.Bert.Data;
using Sprout.Tensors;

namespace Sprout.Tests.Data;

public sealed class HoldoutTests
{
    [Theory]
    [InlineData(0.1, 10, 8, 2, 0)]
    [InlineData(0.25, 25, 20, 4, 1)]
    [InlineData(0.5, 50, 40, 8, 2)]
    [InlineData(0.001, 1, 1, 0, 0)]
    [InlineData(0.999, 99, 79, 16, 4)]
    public void Every_class_gives_its_share(double share, int all, params int[] perClass)
    {
        TextExample[] examples = Examples(100);
        (IReadOnlyList<TextExample> train, IReadOnlyList<TextExample> held) = Holdout.Split(examples, share, 42);
        held.Should().HaveCount(all);
        train.Should().HaveCount(100 - all);
        Enumerable.Range(0, 3).Select(label => held.Count(example => example.Label == label)).Should().Equal(perClass);
        train.Concat(held).Should().BeEquivalentTo(examples);
        held.Select(example => int.Parse(example.Text, null)).Should().BeInAscendingOrder();
        train.Select(example => int.Parse(example.Text, null)).Should().BeInAscendingOrder();
    }

    [Fact]
    public void The_seed_decides()
    {
        TextExample[] examples = Examples(100);
        Held(examples, 1).Should().Equal(Held(examples, 1));
        Held(examples, 1).Should().NotEqual(Held(examples, 2));
        static IReadOnlyList<TextExample> Held(TextExample[] examples, ulong seed) => Holdout.Split(examples, 0.2, seed).Held;
    }

    [Fact]
    public void A_regression_is_one_class()
    {
        TextExample[] examples = [.. Enumerable.Range(0, 7).Select(i => new TextExample($"{i}", Score: i))];
        Holdout.Split(examples, 0.3, 42).Held.Should().HaveCount(2);
    }

    [Fact]
    public void One_example_cannot_be_split() =>
        ((Action)(() => Holdout.Split(Examples(1), 0.5, 42))).Should().Throw<InputException>().WithMessage("Expected two training examples or more*found 1.");

    // 80, 16 and 4 of a hundred.
    private static TextExample[] Examples(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TextExample($"{i}", Label: i % 25 == 0 ? 2 : i % 25 < 21 ? 0 : 1))];
}
