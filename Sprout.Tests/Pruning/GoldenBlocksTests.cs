// Blocks and shared rows, against nn_pruning and against a program of another hand: masks, gradients, scores.
using System.Text.Json.Nodes;
using Sprout.Autograd;
using Sprout.Autograd.Modules;
using Sprout.Bert.Models;
using Sprout.Pruning;
using Sprout.Pruning.Methods;
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Pruning;

public sealed class GoldenBlocksTests : IDisposable
{
    private readonly ReferenceBackend backend = new();
    private readonly List<Named> layers = [];

    public void Dispose()
    {
        foreach (Named layer in layers) layer.Dispose();
        backend.Dispose();
    }

    [GoldenFact]
    public void Blocks_of_every_shape_have_nn_pruning_s_masks_and_gradients()
    {
        (JsonNode json, GoldenTensors golden) = Open("nn-pruning-blocks");
        int compared = 0;
        foreach (JsonNode variant in json["variants"]!.AsArray().Select(variant => variant!))
        {
            string name = Text(variant["variant"]);
            // Grids that several matrices share, and a floor other than the paper's, are nn_pruning's own.
            if (name.StartsWith("joint", StringComparison.Ordinal) || name.StartsWith("floor", StringComparison.Ordinal)) continue;
            BlockShape block = new(Whole(variant["block_rows"]), Whole(variant["block_cols"]));
            string[] types = [.. variant["scores"]!.AsObject().Select(pair => pair.Key)];
            Check(golden, name, types, [.. types.Select(type => Text(variant["scores"]![type]![0]![1]))], Options(variant), () =>
                [.. types.Select((type, i) => PrunedGroup.OfBlocks(Layer(golden, type, type), i, block))]);
            compared++;
        }

        compared.Should().Be(5);
    }

    [GoldenFact]
    public void A_neuron_s_row_and_column_share_nn_pruning_s_mask_and_its_gradient()
    {
        (JsonNode json, GoldenTensors golden) = Open("nn-pruning-rows");
        foreach (JsonNode variant in json["variants"]!.AsArray().Select(variant => variant!).Where(variant => Text(variant["variant"]) is "alt" or "alt-topk"))
        {
            string[] types = ["interm_dense", "output_dense"];
            Check(golden, Text(variant["variant"]), types, ["s0"], Options(variant), () =>
                [PrunedGroup.OfNeurons(new FeedForwardMatrices(Layer(golden, types[0], "first"), Layer(golden, types[1], "second")), 0)]);
        }
    }

    [GoldenFact]
    public void Movement_with_blocks_takes_the_recorded_steps() => Train("blocks-movement");

    [GoldenFact]
    public void Soft_movement_with_blocks_takes_the_recorded_steps() => Train("blocks-soft");

    [GoldenFact]
    public void Magnitude_with_blocks_takes_the_recorded_steps() => Train("blocks-magnitude");

    private static void Check(
        GoldenTensors golden, string variant, string[] types, string[] keys, PruningOptions options, Func<IReadOnlyList<PrunedGroup>> groups)
    {
        using var pruner = new Pruner(new WrittenOut(PruningMethods.Create(options)), groups(), 0, totalSteps: 10, seed: 1);
        foreach ((string key, Parameter scores) in keys.Zip(pruner.Scores)) scores.Value.CopyFrom(golden.Floats($"{variant}.score.{key}"));
        pruner.BeginStep(10);
        foreach ((string type, MaskedMatrix matrix) in types.Zip(pruner.Matrices))
        {
            float[] mask = [.. golden.Bytes($"{variant}.{type}.mask").Select(bit => (float)bit)];
            if (IsEmpty(golden, variant, type)) matrix.Group.Kept.Should().Be(1, "the paper's floor, which nn_pruning leaves out");
            else SmallNet.Factors(matrix.Layer).Should().Equal(mask, "{0} {1}", variant, type);
            SetGradient(matrix.Layer, golden, type);
        }

        pruner.FinishGradients(10);
        foreach ((string type, MaskedMatrix matrix) in types.Zip(pruner.Matrices).Where(pair => !IsEmpty(golden, variant, pair.First)))
            Near(matrix.Layer.Weight.Grad!, golden.Floats($"{variant}.{type}.weight_gradient"), $"{variant} {type}");
        foreach ((string key, Parameter scores) in keys.Zip(pruner.Scores)) Near(scores.Grad!, golden.Floats($"{variant}.score_gradient.{key}"), variant);
    }

    private static bool IsEmpty(GoldenTensors golden, string variant, string type) => golden.Bytes($"{variant}.{type}.mask").All(bit => bit == 0);

    private void Train(string name)
    {
        (JsonNode json, GoldenTensors golden) = Open(name);
        JsonNode settings = json["hyper_parameters"]!;
        double final = settings["final"]!.GetValue<double>();
        PruningOptions options = new()
        {
            Method = name == "blocks-soft" ? "soft-movement" : name["blocks-".Length..], ScheduleWarmup = Whole(settings["warmup_steps"]),
            InitialWarmup = Whole(settings["initial_warmup"]), FinalWarmup = Whole(settings["final_warmup"]),
        };
        options = name == "blocks-soft"
            ? options with { Threshold = final, Lambda = settings["lambda_final"]!.GetValue<double>() }
            : options with { Density = final };
        BlockShape[] blocks = [.. json["matrices"]!.AsArray().Select(matrix => new BlockShape(Whole(matrix!["block"]![0]), Whole(matrix["block"]![1])))];
        IEnumerable<PrunedGroup> groups = blocks.Select((block, j) => PrunedGroup.OfBlocks(Layer(golden, $"matrix.{j}", $"{j}"), j, block));
        int steps = Whole(settings["steps"]);
        using var pruner = new Pruner(new WrittenOut(PruningMethods.Create(options)), groups, 0, steps, seed: 1);
        bool learns = pruner.ScoreGroup.Parameters.Count > 0;
        for (int j = 0; learns && j < blocks.Length; j++) pruner.Scores[j].Value.CopyFrom(golden.Floats($"matrix.{j}.score"));
        for (int step = 1; step <= steps; step++)
        {
            pruner.BeginStep(step);
            pruner.Groups.Select(group => (int)group.Kept)
                .Should().Equal(json["steps"]![step - 1]!["kept_blocks"]!.AsArray().Select(kept => Whole(kept)), "{0} step {1}", name, step);
            foreach (MaskedMatrix matrix in pruner.Matrices)
            {
                float[] factors = SmallNet.Factors(matrix.Layer);
                byte[] mask = golden.Bytes($"step.{step}.matrix.{matrix.Index}.mask");
                for (int i = 0; i < factors.Length; i++)
                {
                    int row = i / matrix.Shape[1] / matrix.Block.Rows, column = i % matrix.Shape[1] / matrix.Block.Columns;
                    factors[i].Should().Be(mask[(row * matrix.Grid[1]) + column], "{0} step {1} {2} entry {3}", name, step, matrix.Name, i);
                }

                SetGradient(matrix.Layer, golden, $"step.{step}.matrix.{matrix.Index}");
            }

            pruner.AddPenalty(step);
            pruner.FinishGradients(step);
            foreach (MaskedMatrix matrix in pruner.Matrices)
            {
                string key = $"step.{step}.matrix.{matrix.Index}";
                Near(matrix.Layer.Weight.Grad!, golden.Floats(key + ".weight_gradient"), $"{name} {key}");
                if (learns) Near(matrix.Scores.Grad!, golden.Floats(key + ".score_gradient"), $"{name} {key}");
                Descend(matrix.Layer.Weight, settings["rate"]!.GetValue<double>());
                if (learns) Descend(matrix.Scores, settings["score_rate"]!.GetValue<double>());
            }
        }
    }

    private static void Descend(Parameter parameter, double rate)
    {
        parameter.Value.Backend.AddScaled(parameter.Grad!, (float)-rate, parameter.Value);
        parameter.ZeroGrad();
    }

    // ∂L/∂W' = ∂L/∂yᵀ x.
    private static void SetGradient(Linear layer, GoldenTensors golden, string name)
    {
        float[] x = golden.Floats(name + ".x"), dy = golden.Floats(name + ".output_gradient");
        int outputs = layer.Weight.Shape[0], inputs = layer.Weight.Shape[1];
        var gradient = new float[outputs * inputs];
        for (int i = 0; i < gradient.Length; i++)
            gradient[i] = (float)Enumerable.Range(0, x.Length / inputs).Sum(t => (double)dy[(t * outputs) + (i / inputs)] * x[(t * inputs) + (i % inputs)]);
        layer.Weight.ZeroGrad();
        layer.Weight.GradTarget(out _).CopyFrom(gradient);
    }

    private static void Near(Tensor found, float[] expected, string what)
    {
        float bound = 2e-5f * expected.Max(MathF.Abs);
        found.ToArray().Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= bound, what);
    }

    private static PruningOptions Options(JsonNode variant) => Text(variant["method"]) == "topK"
        ? new() { Method = "movement", Density = variant["threshold"]!.GetValue<double>() }
        : new() { Method = "soft-movement", Threshold = variant["threshold"]!.GetValue<double>() };

    private static (JsonNode Json, GoldenTensors Golden) Open(string name)
    {
        string path = Path.Combine(GoldenFactAttribute.Folder!, "methods", name);
        return (JsonNode.Parse(File.ReadAllText(path + ".json"))!, new GoldenTensors(path + ".safetensors"));
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private static int Whole(JsonNode? node) => node!.GetValue<int>();

    private Linear Layer(GoldenTensors golden, string key, string name)
    {
        int[] shape = golden.ShapeOf(key + ".weight");
        var layer = new Linear(backend, shape[1], shape[0]);
        layers.Add(new Named(name, layer));
        layer.Weight.Value.CopyFrom(golden.Floats(key + ".weight"));
        return layer;
    }

    private sealed class Named : Module
    {
        public Named(string name, Linear layer)
        {
            Add(name, layer);
            AssignNames("net");
        }
    }
}
