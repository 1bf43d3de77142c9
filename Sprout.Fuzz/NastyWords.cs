// What breaks readers.
namespace Sprout.Fuzz;

/// <summary>Numbers at the edges of their types, and texts that readers stumble over.</summary>
internal static class NastyWords
{
    /// <summary>Numbers in place of numbers.</summary>
    public static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "2", "7", "127", "128", "255", "256", "32767", "65535", "65536", "2147483647", "2147483648", "-2147483648", "4294967295",
        "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615",
        "18446744073709551616", "1e308", "1e309", "-1e309", "1e-400", "0.1", "1.5", "1.0", "1e2", "00", "1.", ".5", "1e", "NaN", "Infinity", "0x10", "1_000",
        "99999999999999999999999999999999999999", "0.30000000000000004", "4611686018427387904", "3037000500", "1073741824", "1048577",
    ];

    /// <summary>JSON values in place of JSON values.</summary>
    public static readonly string[] Values =
    [
        "null", "true", "false", "[]", "{}", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "[null]", "[[]]", "{\"\":0}", "{\"\":null}",
        "[1,2]", "\"0\"", "\"-1\"", "\"true\"", "\"../../etc/passwd\"", "\"/dev/zero\"", "[{}]", "\"\\\\\"", "{\"a\":1,\"a\":2}",
        "\"\u00e9\u4e2d\ud83d\ude00\"",
    ];

    /// <summary>Texts anywhere.</summary>
    public static readonly string[] Texts =
    [
        "\"", "\"\"", ",", "\t", "\n", "\r", "\r\n", "\n\n", "\0", "\uFEFF", "\u2028", "\u00a0", "\u00e9", "e\u0301", "\ud83d\ude00", "{", "}", "[", "]", ":",
        "\\", "\\u", "[CLS]", "[SEP]", "[PAD]", "[UNK]", "##", "##a", "label", "text", "NaN", "\u0130", "\u00df", "\u1e9e", "\ufb01", "\u200d", "\u202e",
    ];

    /// <summary>Integers in place of four or eight bytes.</summary>
    public static readonly long[] Integers =
    [
        0, 1, -1, 2, 7, 8, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, 1L << 40, 1L << 62,
        long.MaxValue, long.MinValue, 100_000_000, 100_000_001,
    ];
}
