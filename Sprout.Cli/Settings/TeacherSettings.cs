// Options of distillation.
using System.CommandLine;
using Sprout.Bert.Training;
using Sprout.Tensors;

namespace Sprout.Cli.Settings;

/// <summary>Teacher, weight and temperature.</summary>
public sealed class TeacherSettings : SettingList
{
    private readonly Option<string?> teacher;
    private readonly Option<double> alpha, temperature;

    /// <summary>Adds the options to a command.</summary>
    public TeacherSettings(Command command) : base(command)
    {
        teacher = AddOptional<string>("--teacher", "Folder of a fine-tuned model of the same task and vocabulary to distil from", "--teacher_name_or_path");
        alpha = Add("--distill-alpha", "Weight of the distillation loss; the labels' is 1 − alpha", 0.9, "--alpha_distil");
        temperature = Add("--distill-temperature", "Temperature of the softened distributions", 2.0, "--temperature");
    }

    /// <summary>Adds the parsed values to a task's options.</summary>
    /// <exception cref="OptionException">A weight or temperature is given without a teacher.</exception>
    public TaskOptions Add(TaskOptions options, ParseResult result)
    {
        foreach (Option option in (Option[])[alpha, temperature])
            if (result.GetValue(teacher) is null && result.GetResult(option) is { Implicit: false }) throw new OptionException($"{option.Name} has no effect without --teacher.");
        return options with { Teacher = result.GetValue(teacher), DistillAlpha = result.GetValue(alpha), DistillTemperature = result.GetValue(temperature) };
    }
}
