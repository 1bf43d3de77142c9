// sprout inspect
using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using Sprout.Cli.Shell;
using Sprout.Pruning.Inspection;

namespace Sprout.Cli.Commands;

/// <summary>What a model is and costs.</summary>
internal static class InspectCommand
{
    /// <summary>The line of <c>sprout --help</c>.</summary>
    public const string Summary = "What a model is and costs: non-zeros of every matrix, remaining %, empty heads and neurons, MACs, bytes.";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var command = new Command("inspect", Summary);
        var model = new Argument<string>("model") { Description = "Model folder or sparse model file" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        command.Arguments.Add(model);
        command.Options.Add(json);
        command.SetAction(result =>
        {
            ModelCost cost = ModelInspector.Inspect(result.GetValue(model)!);
            if (result.GetValue(json)) terminal.Document(ToJson(cost));
            else Print(terminal, cost);
            return ExitCode.Done;
        });
        return command;
    }

    private static JsonObject ToJson(ModelCost cost) => new()
    {
        ["parameters"] = cost.Parameters,
        ["non_zeros"] = cost.NonZeros,
        ["embedding_parameters"] = cost.EmbeddingParameters,
        ["encoder_parameters"] = cost.EncoderParameters,
        ["prunable_weights"] = cost.PrunableWeights,
        ["kept_weights"] = cost.KeptWeights,
        ["density"] = cost.Density,
        ["remaining_percent"] = cost.RemainingPercent,
        ["macs_per_token"] = cost.MacsPerToken,
        ["dense_macs_per_token"] = cost.DenseMacsPerToken,
        ["removed_heads"] = cost.RemovedHeads,
        ["removed_neurons"] = cost.RemovedNeurons,
        ["bytes_on_disk"] = cost.BytesOnDisk,
        ["matrices"] = new JsonObject(cost.Matrices.Select(matrix => KeyValuePair.Create(matrix.Name, (JsonNode?)new JsonObject
        {
            ["rows"] = matrix.Rows,
            ["columns"] = matrix.Columns,
            ["size"] = matrix.Size,
            ["non_zeros"] = matrix.NonZeros,
            ["density"] = matrix.Density,
            ["prunable"] = matrix.IsPrunable,
        }))),
        ["layers"] = new JsonArray([.. cost.Layers.Select(layer => (JsonNode)new JsonObject
        {
            ["heads"] = layer.Heads,
            ["empty_heads"] = layer.EmptyHeads,
            ["removable_heads"] = layer.RemovableHeads,
            ["blind_heads"] = layer.BlindHeads,
            ["neurons"] = layer.Neurons,
            ["empty_neurons"] = layer.EmptyNeurons,
            ["removable_neurons"] = layer.RemovableNeurons,
        })]),
    };

    private static void Print(Terminal terminal, ModelCost cost)
    {
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
        terminal.Output.WriteLine(
            $"parameters          {Count(cost.Parameters)}, of which {Count(cost.EmbeddingParameters)} embeddings and {Count(cost.EncoderParameters)} encoder");
        terminal.Output.WriteLine($"non-zeros           {Count(cost.NonZeros)}");
        terminal.Output.WriteLine($"prunable weights    {Count(cost.PrunableWeights)}, kept {Count(cost.KeptWeights)} = {Percent(cost.Density)}");
        terminal.Output.WriteLine(FormattableString.Invariant(
            $"remaining           {cost.RemainingPercent:0.000} % of the encoder, as the paper counts (biases and layer norms included)"));
        terminal.Output.WriteLine($"multiply-adds       {Count(cost.MacsPerToken)} a token in the encoder's matrices, dense {Count(cost.DenseMacsPerToken)}");
        if (cost.RemovedHeads + cost.RemovedNeurons > 0)
        {
            string removed = RemovedText.Of(
                cost.RemovedHeads, cost.RemovedHeads + cost.Layers.Sum(layer => layer.Heads),
                cost.RemovedNeurons, cost.RemovedNeurons + cost.Layers.Sum(layer => layer.Neurons));
            terminal.Output.WriteLine($"removed             {removed}: all counts and shares are of what is left");
        }

        if (cost.BytesOnDisk is long bytes) terminal.Output.WriteLine(FormattableString.Invariant($"on disk             {bytes / 1e6:0.00} MB"));
    }

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Count(long value) => value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture);

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0.00} %");
}
