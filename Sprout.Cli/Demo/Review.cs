// One labelled sentence of the demo's review language.
namespace Sprout.Cli.Demo;

/// <summary>A review sentence with its sentiment.</summary>
/// <param name="Text">The sentence, lower-case, 4 to 20 words with punctuation.</param>
/// <param name="Label">1 when the composed sentiment is positive, 0 when it is negative.</param>
/// <param name="Rule">The outermost construction, one of <see cref="ReviewLanguage.Rules"/>.</param>
internal readonly record struct Review(string Text, int Label, string Rule);
