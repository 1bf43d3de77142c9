// Dropout, a block of elements at a time.
using System.Runtime.CompilerServices;
using Sprout.Tensors.Simd;

namespace Sprout.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend<V>
{
    /// <summary>One dropout, a block of elements at a time.</summary>
    private readonly struct DropoutLanes(Dropout dropout)
    {
        /// <summary>The most elements of one <see cref="Draw"/>.</summary>
        public const int Block = 256;

        /// <summary>The length of the array of words that <see cref="Draw"/> needs.</summary>
        public const int Words = Block + 4 + PhiloxLanes.Slack;

        private readonly uint threshold = dropout.Threshold;
        private readonly float scale = dropout.Scale;

        /// <summary>Draws the words of elements first to first + count − 1 and returns where they start; a register may be read beyond their end.</summary>
        public uint* Draw(long first, int count, uint* words)
        {
            int skip = (int)(first & 3);
            PhiloxLanes.Fill<V>(dropout.Key, (ulong)first >> 2, dropout.Stream, words, count + skip);
            return words + skip;
        }

        /// <summary>Drops or scales each lane.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Apply(V value, uint* word) => V.KeepAtLeast(value, word, threshold) * V.Broadcast(scale);
    }
}
