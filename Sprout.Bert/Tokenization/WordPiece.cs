// The WordPiece model: the longest pieces of a word that the vocabulary holds, from left to right.
using System.Runtime.CompilerServices;
using System.Text;

namespace Sprout.Bert.Tokenization;

/// <summary>
/// Greedy longest-match splitting as in tokenizers/src/models/wordpiece/mod.rs. Two open-addressing hash tables over spans of
/// text (pieces that begin a word, pieces that continue one) let every prefix of a word be looked up as it is read.
/// Immutable after construction, so safe to use from several threads.
/// </summary>
internal sealed class WordPiece
{
    /// <summary>What a piece that continues a word begins with.</summary>
    internal const string ContinuationPrefix = "##";

    private readonly PieceTable beginnings;
    private readonly PieceTable continuations;
    private readonly int unknownId;
    private readonly int maxWordLength;

    /// <summary>A model over tokens whose ids are their indices.</summary>
    internal WordPiece(IReadOnlyList<string> tokens, int unknownId, int maxWordLength)
    {
        beginnings = new PieceTable(tokens, 0, t => !IsContinuation(t));
        continuations = new PieceTable(tokens, ContinuationPrefix.Length, IsContinuation);
        this.unknownId = unknownId;
        this.maxWordLength = maxWordLength;
    }

    /// <summary>Whether a token continues a word.</summary>
    internal static bool IsContinuation(string token) => token.StartsWith(ContinuationPrefix, StringComparison.Ordinal);

    /// <summary>The hash of one more character; start from 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Hash(uint hash, char next) => (hash ^ next) * 0x9E3779B1u;

    /// <summary>
    /// Appends the ids of a word's pieces and, when asked for, where each ends in it (UTF-16 units); the unknown id alone when the
    /// word is too long (in code points) or some part of it is in no piece. <paramref name="hash"/> is that of the whole word.
    /// </summary>
    internal void Append(ReadOnlySpan<char> word, uint hash, List<int> ids, List<int>? ends)
    {
        if (word.Length > maxWordLength && CodePoints(word) > maxWordLength)
        {
            AppendOne(unknownId, word.Length, ids, ends);
            return;
        }

        int whole = beginnings.Find(word, hash);
        if (whole >= 0)
        {
            AppendOne(whole, word.Length, ids, ends);
            return;
        }

        int idsBefore = ids.Count, endsBefore = ends?.Count ?? 0;
        PieceTable table = beginnings;
        for (int start = 0; start < word.Length; table = continuations)
        {
            int id = table.FindLongest(word[start..], out int length);
            if (id < 0)
            {
                ids.RemoveRange(idsBefore, ids.Count - idsBefore);
                ends?.RemoveRange(endsBefore, ends.Count - endsBefore);
                AppendOne(unknownId, word.Length, ids, ends);
                return;
            }

            start += length;
            AppendOne(id, start, ids, ends);
        }
    }

    private static void AppendOne(int id, int end, List<int> ids, List<int>? ends)
    {
        ids.Add(id);
        ends?.Add(end);
    }

    private static int CodePoints(ReadOnlySpan<char> word)
    {
        int count = 0;
        foreach (Rune _ in word.EnumerateRunes()) count++;
        return count;
    }

    // Linear probing over hashes alone: a miss, the common case, touches nothing else.
    private sealed class PieceTable
    {
        private readonly uint[] hashes;
        private readonly int[] ids;
        private readonly (int Start, int Length)[] keys;
        private readonly string text;
        private readonly int shift;
        private readonly int longest;

        internal PieceTable(IReadOnlyList<string> tokens, int skip, Func<string, bool> belongs)
        {
            int[] members = [.. Enumerable.Range(0, tokens.Count).Where(id => tokens[id].Length > skip && belongs(tokens[id]))];
            int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, members.Length * 3));
            shift = 32 - System.Numerics.BitOperations.Log2((uint)size);
            hashes = new uint[size];
            ids = new int[size];
            keys = new (int, int)[size];
            var text = new StringBuilder();
            foreach (int id in members)
            {
                ReadOnlySpan<char> key = tokens[id].AsSpan(skip);
                uint hash = 0;
                foreach (char c in key) hash = Hash(hash, c);
                hash = Finish(hash);
                int slot = (int)(hash >> shift);
                while (hashes[slot] != 0) slot = (slot + 1) & (size - 1);
                hashes[slot] = hash;
                ids[slot] = id;
                keys[slot] = (text.Length, key.Length);
                text.Append(key);
                longest = Math.Max(longest, key.Length);
            }

            this.text = text.ToString();
        }

        internal int Find(ReadOnlySpan<char> piece, uint hash)
        {
            hash = Finish(hash);
            for (int slot = (int)(hash >> shift); ; slot = (slot + 1) & (hashes.Length - 1))
            {
                uint found = hashes[slot];
                if (found == 0) return -1;
                if (found != hash) continue;
                (int start, int length) = keys[slot];
                if (piece.SequenceEqual(text.AsSpan(start, length))) return ids[slot];
            }
        }

        internal int FindLongest(ReadOnlySpan<char> text, out int length)
        {
            int best = -1;
            length = 0;
            uint hash = 0;
            int limit = Math.Min(text.Length, longest);
            for (int i = 0; i < limit; i++)
            {
                hash = Hash(hash, text[i]);
                int id = Find(text[..(i + 1)], hash);
                if (id < 0) continue;
                best = id;
                length = i + 1;
            }

            return best;
        }

        // 0 marks an empty slot; the high bits choose it.
        private static uint Finish(uint hash) => (hash ^ (hash >> 15)) | 1;
    }
}
