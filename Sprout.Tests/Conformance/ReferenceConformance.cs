// The reference backend against itself: the suite has no fault of its own.
using Sprout.Tensors;
using Sprout.Tensors.Reference;

namespace Sprout.Tests.Conformance;

public sealed class ReferenceConformance : BackendConformance
{
    protected override IBackend Open(int threads) => new ReferenceBackend();
}
