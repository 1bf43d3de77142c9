// Every kernel becomes PTX, without a device.
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Sprout.Tensors;
using Sprout.Tensors.Ilgpu.Kernels;

namespace Sprout.Tests.Ilgpu;

/// <summary>Compiles each kernel with each of its type arguments for an old and a newer architecture, and looks at what came out.</summary>
public sealed class PtxTests
{
    /// <summary>The kernels, closed over all types that fit their parameters.</summary>
    public static TheoryData<string> Kernels => [.. AllKernels().Select(Label)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Kernel_compiles_for_sm_70_and_sm_80(string kernel)
    {
        MethodInfo method = AllKernels().Single(candidate => Label(candidate) == kernel);
        (CudaArchitecture, CudaInstructionSet)[] targets =
            [(CudaArchitecture.SM_70, CudaInstructionSet.ISA_70), (CudaArchitecture.SM_80, CudaInstructionSet.ISA_78)];
        foreach ((CudaArchitecture architecture, CudaInstructionSet instructions) in targets)
        {
            // A context that has seen an error refuses what is right as well, so each compilation gets its own.
            using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
            using var backend = new PTXBackend(context, architecture, instructions, null!);
            var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization());
            string ptx = compiled.PTXAssembly;
            Regex.Matches(ptx, @"\b(ld|st)\.local\b").Should().BeEmpty("{0} on {1} has to keep its variables in registers", kernel, architecture);
            Regex.Matches(ptx, @"^\s*\.extern\s+\.func.*$", RegexOptions.Multiline)
                .Should().BeEmpty("{0} on {1} must not call what nobody links", kernel, architecture);
            Regex.Matches(ptx, @"\b(atom|red)\.").Should().BeEmpty("{0} on {1} has to give the same bits every time", kernel, architecture);
        }
    }

    [Fact]
    public void The_product_reads_four_floats_at_once()
    {
        using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        MethodInfo method = AllKernels().First(candidate => candidate.Name == nameof(MatMulKernels.MatMul));
        string ptx = ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization())).PTXAssembly;
        ptx.Should().Contain("ld.shared.v4").And.Contain("ld.global.v4");
        // Without a rounding suffix, NVIDIA's assembler makes one fused instruction of a product and its sum.
        Regex.Count(ptx, @"\bmul\.f32\b").Should().Be(128, "each of two steps multiplies eight by eight");
    }

    [Fact]
    public void A_constant_beside_NaN_does_not_win()
    {
        using Context context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_78, null!);
        MethodInfo method = AllKernels().Single(candidate => Label(candidate) == "ElementsKernels.Map<Relu>");
        string ptx = ((PTXCompiledKernel)backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization())).PTXAssembly;
        // max(0, x): an unordered comparison would hold for NaN and choose the 0.
        ptx.Should().MatchRegex(@"setp\.lt\.f32\s+%p\d+, %f\d+, 0f00000000").And.NotMatchRegex(@"setp\.\w+u\.f32");
    }

    private static IEnumerable<MethodInfo> AllKernels() =>
        typeof(MatMulKernels).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(MatMulKernels).Namespace && type.Name.EndsWith("Kernels", StringComparison.Ordinal))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType == typeof(void)).SelectMany(Closed);

    private static IEnumerable<MethodInfo> Closed(MethodInfo method) =>
        method.IsGenericMethodDefinition ? Combinations(method.GetGenericArguments()).Select(types => method.MakeGenericMethod([.. types])) : [method];

    private static IEnumerable<IEnumerable<Type>> Combinations(Type[] parameters) =>
        parameters.Aggregate<Type, IEnumerable<IEnumerable<Type>>>(
            [[]], (heads, parameter) => heads.SelectMany(head => Fitting(parameter).Select(type => head.Append(type))));

    // The structs that implement the interface of a parameter; those that are generic themselves, with all that fit them.
    private static IEnumerable<Type> Fitting(Type parameter)
    {
        Type contract = parameter.GetGenericParameterConstraints().Single(type => type.IsInterface);
        IEnumerable<Type> known = new[] { typeof(MatMulKernels).Assembly, typeof(Tensor).Assembly }.SelectMany(assembly => assembly.GetTypes());
        foreach (Type type in known.Where(type => type.IsValueType && type.IsAssignableTo(contract)))
        {
            if (!type.IsGenericTypeDefinition) yield return type;
            else foreach (Type argument in Fitting(type.GetGenericArguments().Single())) yield return type.MakeGenericType(argument);
        }
    }

    private static string Label(MethodInfo method) =>
        $"{method.DeclaringType!.Name}.{method.Name}{(method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Label))}>" : "")}";

    private static string Label(Type type) => type.IsGenericType ? $"{type.Name.Split('`')[0]}<{Label(type.GetGenericArguments().Single())}>" : type.Name;
}
