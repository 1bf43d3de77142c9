// The results files: names, order, numbers and merging.
using System.Globalization;
using Sprout.Pruning.Runs;
using Sprout.Tensors;

namespace Sprout.Tests.Runs;

public sealed class ResultsJsonTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Parts_are_written_and_merged_sorted_in_invariant_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
        try
        {
            ResultsJson.Save(folder.Path, "train", new Dictionary<string, double> { ["train_loss"] = 0.125, ["epoch"] = 3 });
            ResultsJson.Save(folder.Path, "eval", new Dictionary<string, double> { ["eval_loss"] = double.NaN, ["eval_accuracy"] = 0.9, ["epoch"] = 4 });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }

        Text("train_results.json").Should().Be("{\n  \"epoch\": 3,\n  \"train_loss\": 0.125\n}\n");
        Text("eval_results.json").Should().Be("{\n  \"epoch\": 4,\n  \"eval_accuracy\": 0.9,\n  \"eval_loss\": null\n}\n");
        Text("all_results.json").Should().Be("{\n  \"epoch\": 4,\n  \"eval_accuracy\": 0.9,\n  \"eval_loss\": null,\n  \"train_loss\": 0.125\n}\n");
    }

    [Fact]
    public void A_damaged_old_file_is_an_input_error()
    {
        File.WriteAllText(folder.File("all_results.json"), "{");
        FluentActions.Invoking(() => ResultsJson.Save(folder.Path, "eval", new Dictionary<string, double>()))
            .Should().Throw<InputException>().WithMessage("*all_results.json*");
    }

    private string Text(string name) => File.ReadAllText(folder.File(name));
}
