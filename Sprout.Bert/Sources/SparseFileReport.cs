// What became of a model in a sparse file.
namespace Sprout.Bert.Sources;

/// <summary>Bytes of a sparse model file by what they are of.</summary>
/// <param name="Encoder">The layers.</param>
/// <param name="Embeddings">The tables and their layer norm.</param>
/// <param name="Head">Pooler and head, and tensors that are of neither.</param>
/// <param name="Tokenizer">Tokenizer, configuration and other small files.</param>
/// <param name="Total">The whole file, header and alignment included.</param>
/// <param name="Dense">What the tensors of the source take in single precision.</param>
/// <param name="Tokens">Tokens of the vocabulary in the file.</param>
/// <param name="AllTokens">Tokens of the source's vocabulary.</param>
/// <param name="Matrices">Matrices of the layers.</param>
/// <param name="InIntegers">Of these, those whose products are computed in integers.</param>
public sealed record SparseFileReport(
    long Encoder, long Embeddings, long Head, long Tokenizer, long Total, long Dense, int Tokens, int AllTokens, int Matrices, int InIntegers);
