// The words of the review language: what is reviewed, words with a sentiment, and neutral phrases.
namespace Sprout.Cli.Demo;

/// <summary>A word with its signed strength: ±1 mild, ±2 strong.</summary>
internal readonly record struct Term(string Text, int Strength);

/// <summary>The words that carry sentiment in one category, by sign.</summary>
internal sealed record PolarWords(Term[] Good, Term[] Bad)
{
    /// <summary>Reads two lists of "mild words | strong words".</summary>
    public static PolarWords Parse(string good, string bad) => new(Terms(good, 1), Terms(bad, -1));

    /// <summary>The terms for which <paramref name="keep"/> holds.</summary>
    public PolarWords Where(Func<Term, bool> keep) => new([.. Good.Where(keep)], [.. Bad.Where(keep)]);

    /// <summary>These terms followed by those of <paramref name="other"/>.</summary>
    public PolarWords With(PolarWords other) => new([.. Good, .. other.Good], [.. Bad, .. other.Bad]);

    private static Term[] Terms(string list, int sign) =>
        [.. list.Split('|').SelectMany((part, grade) => part.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => new Term(w, sign * (grade + 1))))];
}

/// <summary>A kind of thing that is reviewed: names for the whole, its parts, and the words with a sentiment that fit it, by category.</summary>
internal sealed record ReviewDomain(string[] Wholes, string[] Parts, Dictionary<string, PolarWords> Sentiment);

/// <summary>The lexicon; a word stands in one polar category at most.</summary>
internal static class ReviewLexicon
{
    // Adjectives that English does not compare with "more": kept out of comparisons.
    private static readonly PolarWords Short = PolarWords.Parse(
        "good nice fine likable | great perfect",
        "bad poor weak sad | terrible worthless");

    private static readonly PolarWords Adjectives = PolarWords.Parse(
        "pleasant decent solid charming clever fresh warm careful lively elegant thoughtful satisfying engaging honest graceful memorable "
        + "| superb brilliant wonderful excellent outstanding magnificent marvelous dazzling delightful stunning amazing glorious",
        "dull bland clumsy tired stale sloppy uneven boring forgettable lazy awkward tedious shallow irritating flawed messy "
        + "| awful horrible dreadful abysmal atrocious pathetic miserable unbearable disastrous appalling hideous pitiful");

    private static readonly Dictionary<string, PolarWords> Polar = new()
    {
        ["noun"] = PolarWords.Parse(
            "treat success pleasure winner joy bargain | gem triumph masterpiece marvel treasure miracle",
            "bore chore mistake letdown failure nuisance | mess disaster flop disgrace nightmare catastrophe"),
        ["quality"] = PolarWords.Parse(
            "charm wit warmth grace energy depth polish style heart humor | brilliance beauty magic",
            "flaws faults clutter errors cliches gaps glitches filler noise trouble | nonsense misery junk"),
        ["felt"] = PolarWords.Parse(
            "liked enjoyed praised recommended valued appreciated | loved adored cherished treasured",
            "disliked regretted resented criticized avoided rejected | hated despised detested loathed"),
        ["feel"] = PolarWords.Parse(
            "like enjoy praise recommend value appreciate | love adore cherish",
            "dislike regret resent criticize avoid reject | hate despise detest loathe"),
        ["struck"] = PolarWords.Parse(
            "pleased impressed charmed amused cheered satisfied | thrilled delighted captivated enchanted",
            "bored annoyed disappointed bothered irked frustrated | disgusted enraged horrified repelled"),
        ["strike"] = PolarWords.Parse(
            "please impress amuse cheer satisfy | thrill delight captivate enchant",
            "annoy disappoint bother irk frustrate | disgust enrage horrify repel"),
    };

    /// <summary>The things reviewed.</summary>
    public static readonly ReviewDomain[] Domains =
    [
        Domain("film movie drama comedy", "plot acting script ending cast score camerawork dialogue opening",
            "gripping funny moving suspenseful | spellbinding", "predictable wooden overlong confusing | unwatchable"),
        Domain("book novel story memoir", "prose hero chapter premise style narrator finale cover translation",
            "witty vivid readable poetic | enthralling", "wordy preachy dry muddled | unreadable"),
        Domain("restaurant meal dinner menu", "soup steak dessert waiter wine bread sauce salad kitchen",
            "tasty crisp tender juicy | delicious", "greasy soggy salty burnt | inedible"),
        Domain("hotel hostel resort inn", "room pool lobby breakfast staff bed bathroom garden service",
            "cozy spotless quiet comfortable | luxurious", "dirty noisy cramped damp | filthy"),
        Domain("phone laptop camera tablet", "screen battery keyboard speaker design software charger lens case",
            "sturdy fast sharp reliable | flawless", "flimsy slow laggy fragile | unusable"),
        Domain("game sequel puzzle expansion", "combat level story soundtrack tutorial interface map boss campaign",
            "addictive polished smooth inventive | thrilling", "buggy repetitive grindy unfair | unplayable"),
        Domain("album concert opera musical", "singer melody rhythm chorus band stage orchestra lighting encore",
            "catchy soulful tuneful energetic | sublime", "shrill flat hoarse monotonous | unlistenable"),
    ];

    private static readonly Dictionary<string, string[]> Neutral = new()
    {
        ["be"] = ["is", "was", "was"],
        ["me"] = ["me", "me", "us", "everyone", "my family", "my friends"],
        ["very"] = ["very", "really", "truly", "quite"],
        ["utterly"] = ["utterly", "absolutely", "completely", "simply"],
        ["slightly"] = ["slightly", "somewhat", "a bit", "a little", "rather"],
        ["hardly"] = ["hardly", "scarcely", "never", "by no means", "in no way", "far from", "anything but", "not at all", "not", "not"],
        ["much"] = ["far", "even", "a lot", "much", ""],
        ["lacks"] = ["lacks", "lacked", "has no", "had no", "is free of", "was without", "is short on", "had little"],
        ["has"] = ["has", "had", "is full of", "was full of", "has plenty of", "offers", "is packed with"],
        ["people"] = ["critics", "my friends", "most people", "other guests", "the reviews", "my parents", "the neighbors", "some readers", "my colleagues"],
        ["reference"] =
        [
            "the last one", "its rival", "most of them", "the first one", "i remember", "the one we had before", "the usual kind", "anything else this year",
            "the trailer",
        ],
        ["its"] = ["its", "all its", "the", "all the"],
        ["but"] = ["but", "yet"],
        ["agree"] = ["i agree", "they are right", "i would say the same", "i think so too"],
        ["disagree"] = ["i disagree", "they are wrong", "i would say the opposite", "i do not agree"],
        ["lead"] =
        [
            "last night", "on monday", "this year", "so far", "to be clear", "after an hour", "from the start", "in my view", "for the record",
            "in the end", "as usual", "at the weekend", "after two weeks", "on our second visit", "if you ask me", "as my sister noted",
            "with the lights off", "once again", "this summer", "in the first half", "over coffee", "at this price",
        ],
        ["tail"] =
        [
            "from start to finish", "this time", "in every way", "in the second half", "for most of the evening", "at every turn",
            "in my opinion", "on the whole", "all week", "until the very last minute", "as far as i can tell", "when we went in may",
        ],
        ["aside"] =
        [
            "which we found by chance", "a present from my brother", "made by a small team", "new since spring", "the second one this month",
            "which came out in june", "the cheaper of the two",
        ],
    };

    /// <summary>The neutral phrases of <paramref name="category"/>, or null when there is no such category.</summary>
    public static string[]? Phrases(string category) => Neutral.GetValueOrDefault(category);

    /// <summary>Every phrase of the lexicon, each of one or more words.</summary>
    public static IEnumerable<string> AllPhrases() =>
        Domains.SelectMany(d => d.Wholes.Concat(d.Parts).Concat(d.Sentiment.Values.SelectMany(w => w.Good.Concat(w.Bad)).Select(t => t.Text)))
            .Concat(Neutral.Values.SelectMany(p => p));

    private static ReviewDomain Domain(string wholes, string parts, string good, string bad)
    {
        PolarWords comparable = Adjectives.With(PolarWords.Parse(good, bad)), all = Short.With(comparable);
        return new ReviewDomain(wholes.Split(' '), parts.Split(' '), new(Polar)
        {
            ["adjective"] = all,
            ["long-adjective"] = comparable,
            ["mild-adjective"] = all.Where(t => Math.Abs(t.Strength) == 1),
            ["strong-adjective"] = all.Where(t => Math.Abs(t.Strength) == 2),
        });
    }
}
