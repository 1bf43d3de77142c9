// The constructions of the review language, each with the factor it applies to the sentiment it embeds.
namespace Sprout.Cli.Demo;

/// <summary>
/// One construction. Its template holds words and slots: "*x" is a head (the value is the factor times the sum of the heads), "!x" is
/// drawn with the sign opposite to the head's and ignored, "=x" with the head's sign and ignored, "$x" is neutral.
/// </summary>
internal sealed class Production(int weight, double factor, string template)
{
    public int Weight { get; } = weight;
    public double Factor { get; } = factor;
    public string[] Items { get; } = template.Split(' ');
    public int Heads { get; } = template.Count(c => c == '*');
}

/// <summary>The grammar: what a symbol can become. Its first symbols are the rules a sentence is named after.</summary>
internal static class ReviewGrammar
{
    // A negated word counts a little less than its opposite; a hedge or a denied negation less still.
    private const double Flip = -0.75, Soft = 0.75;

    /// <summary>The outermost constructions with their share in the language, in percent.</summary>
    public static readonly (string Rule, int Percent)[] Rules =
    [
        ("plain", 38), ("negation", 7), ("double-negation", 6), ("comparison", 6), ("doubt", 5), ("contrast", 11),
        ("concession", 11), ("report", 6), ("expectation", 4), ("counterfactual", 3), ("weighing", 3),
    ];

    private static readonly Dictionary<string, Production[]> Symbols = new()
    {
        // Plain: the word decides. A degree word scales it.
        ["plain"] = [new(2, 1, "*statement"), new(3, 1, "*statement $tail"), new(2, 1, "this $whole , $aside , $be *degree")],
        ["statement"] =
        [
            new(6, 1, "$subject $be *degree"), new(3, 1, "$subject *struck $me"), new(3, 1, "i *felt $subject"),
            new(2, 1, "$subject $be a *noun"), new(1, 1.5, "$subject $be a real *noun"), new(2, 1, "$subject $has *quality"),
        ],
        ["degree"] =
        [
            new(5, 1, "*adjective"), new(3, 1.5, "$very *mild-adjective"), new(2, 1.5, "$utterly *strong-adjective"), new(3, 0.5, "$slightly *mild-adjective"),
        ],

        // Negation: the sign flips, strong words stay stronger.
        ["negation"] = [new(4, 1, "*negated"), new(2, 1, "*negated $tail"), new(2, Flip, "this $whole , $aside , $be $hardly *adjective")],
        ["negated"] =
        [
            new(6, Flip, "$subject $be $hardly *adjective"), new(3, Flip, "$subject $be not $very *mild-adjective"),
            new(2, Flip, "$subject did not *strike $me"), new(2, Flip, "$subject never *struck $me"), new(2, Flip, "$subject failed to *strike $me"),
            new(2, Flip, "i did not *feel $subject"), new(2, Flip, "i never *felt $subject"), new(2, Flip, "nobody *felt $subject"),
            new(2, Flip, "$subject $be no *noun"), new(2, Flip, "$subject $be hardly a *noun"), new(2, Flip, "$subject $be not a *noun"),
            new(6, Flip, "$subject $lacks *quality"),
        ],

        // Double negation: two flips, the sign of the word again.
        ["double-negation"] = [new(1, 1, "*denied"), new(1, 1, "*denied $tail")],
        ["denied"] =
        [
            new(2, Soft, "$subject $be not without *quality"), new(2, Soft, "$subject does not lack *quality"), new(2, Soft, "$subject never lacks *quality"),
            new(2, Soft, "$subject never fails to *strike $me"), new(2, Soft, "$subject did not fail to *strike $me"),
            new(2, Soft, "nobody failed to *feel $subject"),
            new(2, Soft, "i cannot say that i did not *feel $subject $tail"), new(2, Soft, "nobody can say that $subject $be not *adjective"),
            new(2, -1, "it is not true that *negated"), new(2, -1, "i would never claim that *negated"),
        ],

        // Comparison: "less", "not as" and "no more" flip, "more", "as" and "no less" keep.
        ["comparison"] =
        [
            new(2, Flip, "$subject $be $much less *long-adjective than $reference"), new(4, 1, "$subject $be $much more *long-adjective than $reference"),
            new(2, Flip, "$subject $be not as *adjective as $reference"), new(3, 1, "$subject $be every bit as *adjective as $reference"),
            new(1, Flip, "$subject $be no more *long-adjective than $reference"), new(2, 1, "$subject $be no less *long-adjective than $reference"),
            new(2, Flip, "$subject $be less than *adjective $tail"), new(1, Soft, "$subject $be more than a little *mild-adjective $tail"),
            new(1, Flip, "$subject $be nowhere near as *adjective as $reference"), new(1, Soft, "nothing is as *adjective as $subject"),
        ],

        // Doubt: a speaker's verb keeps or flips the whole claim.
        ["doubt"] =
        [
            new(2, Flip, "i do not think that *claim"), new(2, Flip, "i doubt that *claim"), new(1, Flip, "nobody could argue that *claim"),
            new(1, Flip, "it is wrong to say that *claim"), new(1, Flip, "you will not hear me say that *claim"), new(3, 1, "there is no doubt that *claim"),
            new(3, 1, "i cannot deny that *claim"), new(2, Soft, "i have to admit that *claim"), new(1, Soft, "it seems to me that *claim"),
        ],
        ["claim"] = [new(4, 1, "*statement"), new(1, 1, "*negated")],

        // Contrast: the clause after "but" wins.
        ["contrast"] =
        [
            new(4, 1, "!side , $but *main"), new(2, 1, "!side ; still , *main"), new(2, 1, "!side , and yet *main"), new(2, 1, "!side ; however , *main"),
        ],
        ["main"] = [new(7, 1, "*statement"), new(2, 1, "*negated"), new(2, 1, "*denied"), new(1, 1, "*comparison")],
        ["side"] = [new(3, 1, "*statement"), new(6, 1, "*negated"), new(1, 1, "*denied")],

        // Concession: what is granted does not count, wherever it stands.
        ["concession"] =
        [
            new(2, 1, "although !side , *main"), new(1, 1, "even though !side , *main"), new(1, 1, "while !side , *main"), new(1, 1, "even if !side , *main"),
            new(2, 1, "*main , although !side"), new(1, 1, "*main , even though !side"), new(1, 1, "despite $its !quality , *main"),
            new(1, 1, "for all its !quality , *main"), new(1, 1, "*main , in spite of $its !quality"),
            new(2, 1, "despite a lack of =quality , *main"), new(2, 1, "*main , despite a lack of =quality"),
        ],

        // Report: the speaker's own view wins; agreeing keeps what others say, disagreeing flips it.
        ["report"] =
        [
            new(2, 1, "$people call $subject !adjective , but *main"), new(1, 1, "$people call $subject \" !adjective \" , yet i *felt it"),
            new(1, 1, "$people *felt $subject , and $agree"), new(1, Flip, "$people *felt $subject , but $disagree"),
            new(2, 1, "$people say that *claim , and $agree"), new(2, Flip, "$people say that *claim , but $disagree"),
            new(1, 1, "*main , whatever $people say about $its !quality"), new(1, 1, "unlike $people , who !felt it , i *felt $subject"),
        ],

        // Expectation: what came counts, not what was expected.
        ["expectation"] =
        [
            new(2, 1, "i expected a !noun from $subject and got a *noun"), new(1, 1, "i expected a *noun from $subject and got exactly that"),
            new(1, Flip, "i expected a *noun from $subject and got the opposite"),
            new(1, 1, "i thought that *claim , and i was right"), new(1, Flip, "i thought that *claim , but i was wrong"),
            new(2, 1, "what should have been a !noun of a $whole became a *noun"), new(2, 1, "$subject looked !adjective but turned out *degree"),
            new(1, 1, "we came to this $whole with $people for a *noun and we found one"),
            new(1, Flip, "we came to this $whole with $people for a *noun and never found one"),
        ],

        // Counterfactual: what would have been was not.
        ["counterfactual"] =
        [
            new(2, Flip, "i would have *felt it if $subject had been =adjective"), new(1, Flip, "$subject could have been *degree"),
            new(1, Flip, "$subject was almost a *noun"), new(1, Flip, "$subject came close to being *adjective"), new(1, Flip, "i wanted to *feel $subject"),
            new(1, Flip, "with another $part , this $whole might have been *adjective"),
        ],

        // Weighing: the strengths are added up.
        ["weighing"] =
        [
            new(3, 1, "$subject $be *degree and $subject $be *degree"), new(2, 1, "$subject $be *degree , *degree and *degree"),
            new(2, 1, "the $part $be *degree , the $part *degree and the $part *degree"), new(1, 1, "i *felt the $part and *felt the $part"),
        ],

        // Neutral.
        ["subject"] = [new(6, 1, "the $part"), new(3, 1, "this $whole"), new(1, 1, "the whole $whole"), new(1, 1, "its $part"), new(1, 1, "it")],
    };

    /// <summary>What <paramref name="symbol"/> can become, or null when it is no symbol of the grammar.</summary>
    public static Production[]? Of(string symbol) => Symbols.GetValueOrDefault(symbol);

    /// <summary>The words that stand in the templates themselves.</summary>
    public static IEnumerable<string> TemplateWords() => Symbols.Values.SelectMany(p => p).SelectMany(p => p.Items).Where(i => char.IsAsciiLetter(i[0]));
}
