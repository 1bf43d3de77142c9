// Runs the benchmarks: dotnet run -c Release --project bench/Sprout.Bench -- --filter '*MatMul*'
BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
