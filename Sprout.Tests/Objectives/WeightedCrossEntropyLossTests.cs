// Class weights and label smoothing.
using Sprout.Autograd;
using Sprout.Autograd.Functions;
using Sprout.Bert.Data;
using Sprout.Bert.Objectives;
using Sprout.Tensors;
using Sprout.Tensors.Devices;
using Sprout.Tests.Training;

namespace Sprout.Tests.Objectives;

public sealed class WeightedCrossEntropyLossTests(TinyRun tiny) : IClassFixture<TinyRun>
{
    private static readonly float[] Logits = [1f, -0.5f, 0.25f, 0.1f, 2f, -1f, -0.3f, 0.4f, 0.9f];
    private static readonly TextExample[] Examples = [.. new[] { 0, 2, 1 }.Select(label => new TextExample("", Label: label))];

    // By torch 1.13, CrossEntropyLoss(weight, label_smoothing, reduction="none") in double, and the gradient of the mean.
    [Theory]
    [InlineData(
        0.0, 2.177680403216051,
        new[] { -0.068367056, 0.021933608, 0.046433448, 0.051961448, 0.347408755, -0.399370203, 0.105254245, -0.454710646, 0.3494564 })]
    [InlineData(
        0.1, 2.130148679344924,
        new[] { -0.042511003, 0.003001427, 0.039509577, 0.046405892, 0.325186533, -0.371592425, 0.095751655, -0.418214552, 0.322462897 })]
    public void Values_are_those_of_torch(double smoothing, double expected, double[] gradient)
    {
        using IBackend backend = Device.Open("cpu", 1);
        using Tensor values = Tensor.From(backend, new Shape(3, 3), Logits);
        using var tape = new Tape(backend);
        var logits = new Variable(values, requiresGrad: true);
        Variable loss = LossFunction.Zero(tape);
        new WeightedCrossEntropyLoss([0.5, 2, 1.25], smoothing, 3).Add(tape, logits, Examples, 1 / 3f, loss);
        ((double)loss.Value.Item()).Should().BeApproximately(expected, 1e-6);
        tape.Backward(loss);
        logits.Grad!.ToArray().Zip(gradient, (found, wanted) => Math.Abs(found - wanted)).Max().Should().BeLessThan(1e-6);
    }

    [Fact]
    public void Balanced_weights_are_those_of_scikit_learn()
    {
        TextExample[] train = [.. new[] { 0, 0, 0, 1, 1, 0, 0, 0 }.Select(label => new TextExample("", Label: label))];
        // compute_class_weight("balanced"): 8 / (2 · 6) and 8 / (2 · 2); a class that does not occur has 1.
        ClassWeights.Of("balanced", ["a", "b"], train).Should().Equal(8 / 12.0, 2.0);
        ClassWeights.Of("balanced", ["a", "b", "c"], train)[2].Should().Be(1);
        ClassWeights.Of("b=3, a=0.5", ["a", "b"], train).Should().Equal(0.5, 3);
    }

    [Theory]
    [InlineData("a=1")]
    [InlineData("a=1,b=-1")]
    [InlineData("a=1,b=x")]
    [InlineData("a=1,b=1,b=2")]
    [InlineData("a=1,b=1,c=1")]
    [InlineData("a=0,b=0")]
    [InlineData("a=1,b=∞")]
    [InlineData("equal")]
    [InlineData("")]
    public void Weights_that_cannot_be_meant_are_refused(string text) => ((Action)(() => ClassWeights.Of(text, ["a", "b"], [])))
        .Should().Throw<OptionException>().WithMessage("*balanced, or*");

    [Fact]
    public void Weights_and_smoothing_change_training_and_not_what_is_measured()
    {
        double Loss(string name, string options)
        {
            CommandResult result = TinyRun.Run(tiny.Arguments(name, options));
            result.Code.Should().Be(0, result.Log);
            return TinyRun.ReadJson(tiny.PathOf(name), "all_results.json")["eval_loss"]!.GetValue<double>();
        }

        double plain = Loss("plain", "");
        // All weights 1 and next to no smoothing: the same training by the other kernel, to rounding.
        Loss("ones", "--class-weights=negative=1,positive=1").Should().BeApproximately(plain, 1e-5);
        Loss("weighted", "--class-weights=negative=1,positive=4").Should().NotBeApproximately(plain, 1e-3);
        Loss("smooth", "--label-smoothing=0.3").Should().NotBeApproximately(plain, 1e-4);
        string model = tiny.PathOf("weighted");
        CommandResult eval = TinyRun.Run("eval", "--model", model, "--task", "sst2", "--eval-file", tiny.EvalFile, "--max-length", "16", "--json");
        eval.Json["eval_loss"]!.GetValue<double>().Should()
            .BeApproximately(TinyRun.ReadJson(model, "all_results.json")["eval_loss"]!.GetValue<double>(), 1e-6);
    }

    [Theory]
    [InlineData("--class-weights=negative=1", "--class-weights: expected balanced, or a weight for each of \"negative\", \"positive\", found \"negative\".")]
    [InlineData("--class-weights=balanced --task=stsb", "--class-weights needs a classification")]
    [InlineData("--label-smoothing=0.1 --task=stsb", "--label-smoothing needs a classification")]
    [InlineData("--label-smoothing=1", "--label-smoothing: expected 0 or more and below 1, found 1")]
    [InlineData("--class-weights=balanced --task=squad", "--class-weights has no effect with --task squad")]
    public void Options_that_cannot_be_meant_are_refused(string options, string message)
    {
        tiny.Write("stsb.tsv", "sentence1\tsentence2\tscore\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"aa ab\tba bb\t{i % 5}.5\n")));
        if (options.Contains("stsb", StringComparison.Ordinal))
            options += " --train-file=$F/stsb.tsv --eval-file=$F/stsb.tsv --ignore-mismatched-sizes=true";
        CommandResult result = TinyRun.Run(tiny.Arguments("refused", options));
        result.Code.Should().Be(2, result.Log);
        result.Log.Should().Contain(message);
    }
}
