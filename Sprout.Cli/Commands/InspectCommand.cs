// sprout inspect
using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Sprout.Bert.Sources;
using Sprout.Cli.Options;
using Sprout.Cli.Shell;
using Sprout.Pruning.Inspection;
using Sprout.Tensors;

namespace Sprout.Cli.Commands;

/// <summary>What a model is and costs.</summary>
internal static class InspectCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary =
        "What a model is and costs: non-zeros of every matrix, remaining %, empty heads and neurons, MACs, bytes on disk and in memory.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("inspect", Summary);
        var model = new Argument<string>("model") { Description = "Model folder or sparse model file" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var length = new Option<int?>("--length")
        {
            Description = "Tokens of the sequence whose multiply-adds are told (default: 128)", HelpName = "n", CustomParser = Values.Whole,
        };
        command.Arguments.Add(model);
        command.Options.Add(length);
        command.Options.Add(json);
        command.SetAction(result =>
        {
            using ModelSource source = ModelSource.Open(result.GetValue(model)!);
            int tokens = result.GetValue(length) ?? CostReport.UsualLengthOf(source.Config);
            if (tokens < 1 || tokens > source.Config.MaxPositionEmbeddings)
                throw new OptionException($"--length: expected 1 to the model's {source.Config.MaxPositionEmbeddings} positions, found {tokens}.");
            var report = new CostReport(ModelInspector.Inspect(source), InferenceInspector.Inspect(source), tokens);
            if (result.GetValue(json)) terminal.Document(ToJson(report));
            else Print(terminal, report);
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject ToJson(CostReport report)
    {
        JsonObject json = MetricText.ToJson(report.Numbers());
        json["matrices"] = new JsonObject(report.Model.Matrices.Select(matrix => KeyValuePair.Create(matrix.Name, (JsonNode?)new JsonObject
        {
            ["rows"] = matrix.Rows,
            ["columns"] = matrix.Columns,
            ["size"] = matrix.Size,
            ["non_zeros"] = matrix.NonZeros,
            ["density"] = matrix.Density,
            ["prunable"] = matrix.IsPrunable,
        })));
        json["layers"] = new JsonArray([.. report.Model.Layers.Select(layer => (JsonNode)new JsonObject
        {
            ["heads"] = layer.Heads,
            ["empty_heads"] = layer.EmptyHeads,
            ["removable_heads"] = layer.RemovableHeads,
            ["blind_heads"] = layer.BlindHeads,
            ["neurons"] = layer.Neurons,
            ["empty_neurons"] = layer.EmptyNeurons,
            ["removable_neurons"] = layer.RemovableNeurons,
        })]);
        return json;
    }

    private static void Print(Terminal terminal, CostReport report)
    {
        ModelCost cost = report.Model;
        var table = new Table().Border(TableBorder.Simple).AddColumn("matrix").AddColumn("shape").AddColumn(Right("non-zeros")).AddColumn(Right("density"));
        foreach (MatrixCost matrix in cost.Matrices)
            table.AddRow(Markup.Escape(matrix.Name), $"{matrix.Rows} × {matrix.Columns}", Count(matrix.NonZeros), Percent(matrix.Density));
        Tables.Write(terminal.Output, table);
        var layers = new Table().Border(TableBorder.Simple).AddColumn("layer")
            .AddColumn(Right("empty heads")).AddColumn(Right("removable heads"))
            .AddColumn(Right("empty neurons")).AddColumn(Right("removable neurons"));
        for (int i = 0; i < cost.Layers.Count; i++)
        {
            LayerCost layer = cost.Layers[i];
            layers.AddRow(
                $"{i}", $"{layer.EmptyHeads} of {layer.Heads}", $"{layer.RemovableHeads}",
                $"{layer.EmptyNeurons} of {layer.Neurons}", $"{layer.RemovableNeurons}");
        }

        Tables.Write(terminal.Output, layers);
        foreach ((string what, string value) in report.Describe()) terminal.Output.WriteLine($"{what,-18}{value}");
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Count(long value) => value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0.00} %");
}
