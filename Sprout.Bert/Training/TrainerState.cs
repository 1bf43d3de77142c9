// trainer_state.json.
using System.Globalization;
using System.Text.Json.Nodes;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Training;

/// <summary>How far a run has come and what it logged, with the keys of transformers' <c>trainer_state.json</c>.</summary>
public sealed class TrainerState
{
    /// <summary>The file's name.</summary>
    public const string FileName = "trainer_state.json";

    /// <summary>Optimiser steps done.</summary>
    public int GlobalStep { get; set; }

    /// <summary>Sum of the steps' losses, for the mean over the run.</summary>
    public double LossSum { get; set; }

    /// <summary>Sum of the losses since the last log entry.</summary>
    public double IntervalLossSum { get; set; }

    /// <summary>Steps since the last log entry.</summary>
    public int IntervalSteps { get; set; }

    /// <summary>Seconds of training, over all sessions of the run.</summary>
    public double Seconds { get; set; }

    /// <summary>Log entries in order.</summary>
    public JsonArray LogHistory { get; init; } = [];

    /// <summary>Updates that AdamW has made to each parameter, by name.</summary>
    public Dictionary<string, int> OptimizerSteps { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Mean loss since the last log entry, or that of the last one; NaN when there is none.</summary>
    public double RecentLoss => IntervalSteps > 0 ? IntervalLossSum / IntervalSteps : LastLoggedLoss();

    /// <summary>Whether the present step has been evaluated.</summary>
    public bool IsEvaluated => LogHistory.Any(entry => IsEvaluation(entry!) && entry!["step"]!.GetValue<int>() == GlobalStep);

    /// <summary>Whether a log entry is an evaluation's.</summary>
    internal static bool IsEvaluation(JsonNode entry) => entry.AsObject().Any(pair => pair.Key.StartsWith("eval_", StringComparison.Ordinal));

    /// <summary>Counts a step.</summary>
    /// <param name="loss">Its loss, penalty included.</param>
    public void AddStep(double loss)
    {
        GlobalStep++;
        LossSum += loss;
        IntervalLossSum += loss;
        IntervalSteps++;
    }

    /// <summary>Mean loss since the last log entry; begins a new interval.</summary>
    public double TakeIntervalLoss()
    {
        double mean = IntervalLossSum / IntervalSteps;
        IntervalLossSum = 0;
        IntervalSteps = 0;
        return mean;
    }

    /// <summary>Adds a log entry of the present step; what is not finite becomes null.</summary>
    public void Log(double epoch, ReadOnlySpan<(string Name, double Value)> values)
    {
        var entry = new JsonObject { ["step"] = GlobalStep, ["epoch"] = epoch };
        foreach ((string name, double value) in values) entry[name] = double.IsFinite(value) ? value : null;
        LogHistory.Add((JsonNode)entry);
    }

    // The log of a run that writes down every step is long.
    private const int MostBytes = 1 << 30;

    /// <summary>Reads a state.</summary>
    /// <exception cref="InputException">The file is damaged: a key is missing, of another kind or out of range; the message names file and key.</exception>
    public static TrainerState Load(string path)
    {
        JsonFields json = JsonFields.ReadFile(path, MostBytes);
        var state = new TrainerState
        {
            GlobalStep = json.Count("global_step"),
            LossSum = Loss(json.Optional("loss_sum_bits")),
            IntervalLossSum = Loss(json.Optional("interval_loss_sum_bits")),
            IntervalSteps = json.Count("interval_steps"),
            Seconds = json.Optional("train_seconds").AsNumber(),
        };
        if (state.IntervalSteps > state.GlobalStep) throw json.Optional("interval_steps").Wrong($"at most global_step {state.GlobalStep}");
        if (state.Seconds < 0) throw json.Optional("train_seconds").Wrong("a number from 0");
        if (json.Optional("log_history").IsNull) throw json.Optional("log_history").Wrong("an array");
        foreach (JsonFields entry in json.Items("log_history")) state.LogHistory.Add((JsonNode)LogEntry(entry, state.GlobalStep));
        foreach ((string name, JsonFields steps) in json.Object("optimizer_steps").Members())
            if (!state.OptimizerSteps.TryAdd(name, steps.AsCount())) throw steps.Wrong("every parameter once", "one twice");
        return state;
    }

    /// <summary>Writes the state, whole or not at all.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public void Save(string path, double epoch, int totalSteps)
    {
        JsonFile.WriteSorted(path, new JsonObject
        {
            ["global_step"] = GlobalStep,
            ["max_steps"] = totalSteps,
            ["epoch"] = epoch,
            // As bits, so that a resumed run reports exactly the mean of the unbroken one.
            ["loss_sum_bits"] = Bits(LossSum),
            ["interval_loss_sum_bits"] = Bits(IntervalLossSum),
            ["interval_steps"] = IntervalSteps,
            ["train_seconds"] = Seconds,
            ["log_history"] = LogHistory.DeepClone(),
            ["optimizer_steps"] = new JsonObject(OptimizerSteps.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        });
    }

    private double LastLoggedLoss()
    {
        for (int i = LogHistory.Count - 1; i >= 0; i--)
            if (LogHistory[i]!["loss"] is JsonNode loss) return loss.GetValue<double>();
        return double.NaN;
    }

    private static string Bits(double value) => BitConverter.DoubleToInt64Bits(value).ToString("x16", CultureInfo.InvariantCulture);

    private static double Loss(JsonFields field)
    {
        double value = long.TryParse(field.AsText(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long bits)
            ? BitConverter.Int64BitsToDouble(bits) : double.NaN;
        return double.IsFinite(value) ? value : throw field.Wrong("the bits of a finite number as 16 hexadecimal digits");
    }

    // A step, and numbers or nulls.
    private static JsonObject LogEntry(JsonFields entry, int globalStep)
    {
        int step = entry.AsObject().Count("step");
        if (step > globalStep) throw entry.Optional("step").Wrong($"at most global_step {globalStep}");
        var copy = new JsonObject();
        foreach ((string name, JsonFields value) in entry.Members())
        {
            if (copy.ContainsKey(name)) throw value.Wrong("every key once", "one twice");
            copy[name] = value.IsNull ? null : name == "step" ? JsonValue.Create(step) : JsonValue.Create(value.AsNumber());
        }

        return copy;
    }
}
