// A fact that needs the folder of models and data.
namespace Sprout.Tests;

[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute()
    {
        if (SharedData.Folder is null) Skip = "There is no folder 'shared' with models beside this checkout.";
    }
}
