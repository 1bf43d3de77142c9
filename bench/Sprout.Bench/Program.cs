// Runs the benchmarks: dotnet run -c Release --project bench/Sprout.Bench -- --filter '*MatMul*'
// Times the tokenizer on a file and prints JSON: … -- tokenizer --vocab vocab.txt --texts texts.txt --warmup 3 --repeat 5
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Sprout.Bench;

if (args is ["tokenizer", ..]) return TokenizerTiming.Run(args.AsSpan(1));
BenchmarkSwitcher.FromAssembly(typeof(KernelBench).Assembly).Run(
    args, DefaultConfig.Instance.AddColumn(new WorkColumn(share: false), new WorkColumn(share: true)).HideColumns(Column.RatioSD));
return 0;
