// Text to token ids: added tokens, normalisation, words, pieces.
using System.Text;
using Sprout.Bert.Files;
using Sprout.Tensors;

namespace Sprout.Bert.Tokenization;

/// <summary>
/// The BERT tokenizer, cased or uncased. Gives the ids and offsets of Hugging Face's Rust library (tokenizers 0.23) for any text.
/// Immutable after loading; every method may be called from several threads.
/// </summary>
public sealed class BertTokenizer : ITokenizer
{
    [ThreadStatic]
    private static Scratch? threadScratch;

    private readonly TokenizerDefinition definition;
    private readonly string[] tokens;
    private readonly BertNormalizer normalizer;
    private readonly WordPiece model;
    private readonly AddedTokenMatcher? rawMatcher;
    private readonly AddedTokenMatcher? normalizedMatcher;

    private BertTokenizer(TokenizerDefinition definition)
    {
        this.definition = definition;
        tokens = [.. definition.Vocabulary, .. definition.Added.Where(t => t.Id >= definition.Vocabulary.Count).Select(t => t.Content)];
        normalizer = new BertNormalizer(definition.Normalizer);

        SpecialTokenNames names = definition.Names;
        UnkId = Array.IndexOf(tokens, names.Unknown);
        ClsId = Array.IndexOf(tokens, names.Cls);
        SepId = Array.IndexOf(tokens, names.Sep);
        PadId = Math.Max(0, Array.IndexOf(tokens, names.Pad));
        MaskId = Array.IndexOf(tokens, names.Mask);
        model = new WordPiece(definition.Vocabulary, UnkId, definition.MaxWordLength);

        rawMatcher = MatcherOf(definition.Added.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        normalizedMatcher = MatcherOf(definition.Added.Where(t => t.Normalized).Select(t => (Normalize(t.Content), t)));
    }

    /// <summary>How many tokens there are; ids run from 0 to one less.</summary>
    public int VocabSize => tokens.Length;

    /// <summary>The id of <c>[CLS]</c>.</summary>
    public int ClsId { get; }

    /// <summary>The id of <c>[SEP]</c>.</summary>
    public int SepId { get; }

    /// <summary>The id of <c>[PAD]</c>; 0 when the vocabulary has none, since the attention mask hides padding anyway.</summary>
    public int PadId { get; }

    /// <summary>The id of <c>[UNK]</c>.</summary>
    public int UnkId { get; }

    /// <summary>The id of <c>[MASK]</c>; -1 when the vocabulary has none.</summary>
    public int MaskId { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Remarks => definition.Remarks;

    /// <summary>
    /// Reads a model folder: <c>tokenizer.json</c> if it is there, else <c>vocab.txt</c> with <c>added_tokens.json</c> and
    /// <c>special_tokens_map.json</c>. What <c>tokenizer_config.json</c>, if present, says of <c>do_lower_case</c>, <c>strip_accents</c>,
    /// <c>tokenize_chinese_chars</c> and the special tokens counts for both, as in transformers; <see cref="Remarks"/> tells of contradictions.
    /// </summary>
    /// <exception cref="InputException">Neither file is there, or one is not what a BERT tokenizer needs.</exception>
    public static BertTokenizer Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        string json = Path.Combine(folder, TokenizerFiles.TokenizerJson);
        if (Path.Exists(json)) return new BertTokenizer(TokenizerJsonReader.Read(json, new TokenizerSettings(folder)).Checked(json));
        string vocab = Path.Combine(folder, TokenizerFiles.Vocab);
        if (!Path.Exists(vocab))
            throw new InputException($"{folder}: expected {TokenizerFiles.TokenizerJson} or {TokenizerFiles.Vocab}, found neither.");
        return new BertTokenizer(VocabReader.ReadFolder(folder).Checked(vocab));
    }

    /// <summary>Reads <c>vocab.txt</c>, one token a line, line number (from 0) its id, as an ordinary BERT vocabulary.</summary>
    /// <param name="vocabFile">The file, UTF-8.</param>
    /// <param name="lowerCase">Whether the model is uncased.</param>
    /// <param name="stripAccents">Whether accents are dropped; null does what <paramref name="lowerCase"/> says.</param>
    /// <param name="chineseChars">Whether each CJK ideograph is a word of its own.</param>
    /// <exception cref="InputException">The file cannot be read or lacks <c>[UNK]</c>, <c>[CLS]</c> or <c>[SEP]</c>.</exception>
    public static BertTokenizer FromVocab(string vocabFile, bool lowerCase = true, bool? stripAccents = null, bool chineseChars = true)
    {
        ArgumentNullException.ThrowIfNull(vocabFile);
        var normalizer = new NormalizerOptions(CleanText: true, chineseChars, stripAccents, lowerCase);
        return new BertTokenizer(VocabReader.Read(vocabFile, normalizer, new SpecialTokenNames()).Checked(vocabFile));
    }

    /// <summary>Reads Hugging Face's <c>tokenizer.json</c>; its padding and truncation are ignored.</summary>
    /// <exception cref="InputException">The file cannot be read or describes anything but a BERT WordPiece tokenizer.</exception>
    public static BertTokenizer FromTokenizerJson(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new BertTokenizer(TokenizerJsonReader.Read(file).Checked(file));
    }

    /// <summary>Reads a tokenizer from the bytes of the two files that say all of it.</summary>
    /// <param name="json">A <c>tokenizer.json</c>.</param>
    /// <param name="config">A <c>tokenizer_config.json</c>.</param>
    /// <param name="name">What messages call the place of both.</param>
    /// <exception cref="InputException">They do not describe a BERT tokenizer.</exception>
    internal static BertTokenizer Parse(byte[] json, byte[] config, string name)
    {
        string file = $"{name}: {TokenizerFiles.TokenizerJson}", beside = $"{name}: {TokenizerFiles.Config}";
        var settings = new TokenizerSettings(JsonFields.Parse(InputFile.Inner(config, beside), beside));
        return new BertTokenizer(TokenizerJsonReader.Read(JsonFields.Parse(InputFile.Inner(json, file), file), file, settings).Checked(file));
    }

    /// <summary>This tokenizer with fewer tokens, whose ids close up; special and added tokens stay. Words fall to the pieces that are left.</summary>
    /// <param name="tokens">The tokens that stay.</param>
    /// <returns>The tokenizer, and for each of its ids the one that the token has here.</returns>
    internal (BertTokenizer Tokenizer, int[] OldIds) Keep(IReadOnlySet<string> tokens)
    {
        (TokenizerDefinition kept, int[] oldIds) = definition.Keep(tokens);
        return (new BertTokenizer(kept), oldIds);
    }

    /// <summary>The token with an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="VocabSize"/>.</exception>
    public string TokenOf(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabSize);
        return tokens[id];
    }

    /// <summary>Whether a token continues the word of the token before it, that is, starts with <c>##</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is negative or not below <see cref="VocabSize"/>.</exception>
    public bool IsWordContinuation(int id) => WordPiece.IsContinuation(TokenOf(id));

    /// <summary>Appends the ids of a text, without <c>[CLS]</c> and <c>[SEP]</c> around them.</summary>
    /// <param name="text">Any text. Lone surrogates are read as U+FFFD; special tokens written in it become those tokens.</param>
    /// <param name="ids">Receives the ids; what it holds already stays.</param>
    /// <param name="spans">Receives for each id the part of the text it covers.</param>
    public void Tokenize(string text, List<int> ids, List<TokenSpan>? spans = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(ids);
        Scratch scratch = threadScratch ??= new Scratch();
        if (rawMatcher is null)
        {
            TokenizeSegment(text, 0, scratch, ids, spans);
            return;
        }

        int from = 0, scan = 0, source = 0;
        while (true)
        {
            AddedToken? token = rawMatcher.Next(text, ref scan, from, out int start, out int stop);
            if (start > from)
            {
                source = TokenizeSegment(text.AsSpan(from, start - from), source, scratch, ids, spans);
                from = start;
            }

            if (token is null) return;
            int end = source + CountCodePoints(text.AsSpan(from, stop - from));
            ids.Add(token.Id);
            spans?.Add(new TokenSpan(source, end));
            source = end;
            from = stop;
        }
    }

    /// <summary>
    /// The model's input for a text or a pair. Too long a text loses its end; of a pair the longer loses first: with m tokens of
    /// room the shorter stays whole if it has at most ⌊m/2⌋, otherwise they get ⌊m/2⌋ and ⌈m/2⌉, the longer (the second when equal)
    /// the larger part, as in tokenizers/src/utils/truncation.rs (0.23 takes two texts of at least maxLength tokens for equal; not so here).
    /// </summary>
    public TokenSequence Encode(string text, string? pair, int maxLength)
    {
        Scratch scratch = threadScratch ??= new Scratch();
        scratch.Ids.Clear();
        scratch.TypeIds.Clear();
        Encode(text, pair, maxLength, scratch.Ids, scratch.TypeIds);
        return new TokenSequence([.. scratch.Ids], [.. scratch.TypeIds]);
    }

    /// <inheritdoc/>
    /// <remarks>Truncates a pair as <see cref="Encode(string, string?, int)"/> says.</remarks>
    public void Encode(string text, string? pair, int maxLength, List<int> ids, List<int> typeIds)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(typeIds);
        int special = pair is null ? 2 : 3;
        if (maxLength < special)
            throw OptionException.Expected("MaxLength", $"room for the {special} special tokens of a {(pair is null ? "text" : "pair")}", maxLength);

        int start = ids.Count;
        ids.Add(ClsId);
        Tokenize(text, ids);
        int first = ids.Count - start - 1, second = 0;
        if (pair is not null)
        {
            Tokenize(pair, ids);
            second = ids.Count - start - 1 - first;
        }

        (int keptFirst, int keptSecond) = Truncate(first, second, maxLength - special);
        ids.RemoveRange(start + 1 + first + keptSecond, second - keptSecond);
        ids.RemoveRange(start + 1 + keptFirst, first - keptFirst);
        ids.Insert(start + 1 + keptFirst, SepId);
        if (pair is not null) ids.Add(SepId);
        for (int i = start; i < ids.Count; i++) typeIds.Add(i < start + keptFirst + 2 ? 0 : 1);
    }

    /// <summary>
    /// Writes <c>vocab.txt</c>, <c>tokenizer.json</c>, <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> into an
    /// existing folder, each whole or not at all, as Hugging Face's tools read them.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="maxLength">The model's positions; <c>model_max_length</c> becomes this, or what the tokenizer's own files said if that is less.</param>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public void Save(string folder, int maxLength)
    {
        ArgumentNullException.ThrowIfNull(folder);
        TokenizerFiles.Write(folder, definition, ClsId, SepId, maxLength);
    }

    private static (int First, int Second) Truncate(int first, int second, int room)
    {
        if (first + second <= room) return (first, second);
        int half = room / 2;
        if (Math.Min(first, second) <= half) return first <= second ? (first, room - first) : (room - second, second);
        return first > second ? (room - half, half) : (half, room - half);
    }

    private static int CountCodePoints(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (Rune _ in text.EnumerateRunes()) count++;
        return count;
    }

    private static AddedTokenMatcher? MatcherOf(IEnumerable<(string, AddedToken)> patterns)
    {
        (string Pattern, AddedToken)[] list = [.. patterns.Where(p => p.Item1.Length > 0)];
        return list.Length == 0 ? null : new AddedTokenMatcher(list);
    }

    private string Normalize(string text)
    {
        var normalized = new NormalizedText();
        normalizer.Normalize(text, normalized, 0);
        return normalized.Chars.ToString();
    }

    // Text without raw added tokens; returns the index of the code point after it.
    private int TokenizeSegment(ReadOnlySpan<char> text, int source, Scratch scratch, List<int> ids, List<TokenSpan>? spans)
    {
        NormalizedText normalized = scratch.Normalized;
        normalized.Clear(spans is not null);
        source = normalizer.Normalize(text, normalized, source);
        ReadOnlySpan<char> chars = normalized.Chars;
        if (normalizedMatcher is null)
        {
            SplitWords(chars, normalized.Sources, scratch.Ends, ids, spans);
            return source;
        }

        int from = 0, scan = 0;
        while (true)
        {
            AddedToken? token = normalizedMatcher.Next(chars, ref scan, from, out int start, out int stop);
            if (start > from) SplitWords(chars[from..start], normalized.Sources[from..start], scratch.Ends, ids, spans);
            if (token is null) return source;
            ids.Add(token.Id);
            spans?.Add(SpanOf(normalized.Sources, start, stop));
            from = stop;
        }
    }

    // Whitespace and punctuation end a word; punctuation is a word as well. The hash is taken along the way.
    private void SplitWords(ReadOnlySpan<char> text, ReadOnlySpan<int> sources, List<int> ends, List<int> ids, List<TokenSpan>? spans)
    {
        int start = 0;
        uint hash = 0;
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            int width = 1;
            UnicodeTables.Property property;
            if (!char.IsSurrogate(c))
            {
                property = UnicodeTables.Of(c);
            }
            else
            {
                Rune.DecodeFromUtf16(text[i..], out Rune rune, out width);
                property = UnicodeTables.Of(rune.Value);
            }

            if ((property & (UnicodeTables.Property.White | UnicodeTables.Property.Punct)) == 0)
            {
                hash = WordPiece.Hash(hash, c);
                if (width == 2) hash = WordPiece.Hash(hash, text[i + 1]);
                i += width;
                continue;
            }

            AppendWord(text, start, i, hash, sources, ends, ids, spans);
            hash = 0;
            if ((property & UnicodeTables.Property.Punct) != 0)
            {
                uint own = WordPiece.Hash(0, c);
                if (width == 2) own = WordPiece.Hash(own, text[i + 1]);
                AppendWord(text, i, i + width, own, sources, ends, ids, spans);
            }

            i += width;
            start = i;
        }

        AppendWord(text, start, text.Length, hash, sources, ends, ids, spans);
    }

    private void AppendWord(
        ReadOnlySpan<char> text, int start, int end, uint hash, ReadOnlySpan<int> sources, List<int> ends, List<int> ids, List<TokenSpan>? spans)
    {
        if (start == end) return;
        if (spans is null)
        {
            model.Append(text[start..end], hash, ids, null);
            return;
        }

        ends.Clear();
        model.Append(text[start..end], hash, ids, ends);
        int from = start;
        foreach (int length in ends)
        {
            spans.Add(SpanOf(sources, from, start + length));
            from = start + length;
        }
    }

    private static TokenSpan SpanOf(ReadOnlySpan<int> sources, int start, int end) => new(sources[start], sources[end - 1] + 1);

    private sealed class Scratch
    {
        internal NormalizedText Normalized { get; } = new();

        internal List<int> Ends { get; } = [];

        internal List<int> Ids { get; } = [];

        internal List<int> TypeIds { get; } = [];
    }
}
