namespace Sprout.Tensors.Cpu.Threads;

/// <summary>A piece of work for <see cref="Workers"/>: a struct, so that starting it allocates nothing.</summary>
internal interface IWork
{
    /// <summary>Does piece number <paramref name="piece"/>; pieces run in any order on any thread.</summary>
    void Run(int piece);
}
