// What the models with a task head have in common.
using Sprout.Autograd.Modules;

namespace Sprout.Bert.Models;

/// <summary>A BERT with a task head; parameter names are those of transformers' class of the same name.</summary>
public abstract class BertHead : Module
{
    /// <summary>A head on a model.</summary>
    /// <param name="bert">The encoder.</param>
    /// <param name="architecture">The name of transformers' class, for <c>architectures</c> in config.json.</param>
    protected BertHead(BertModel bert, string architecture)
    {
        Bert = Add("bert", bert);
        Architecture = architecture;
    }

    /// <summary>The encoder.</summary>
    public BertModel Bert { get; }

    /// <summary>The name of transformers' class.</summary>
    public string Architecture { get; }

    /// <summary>Sizes and settings.</summary>
    public BertConfig Config => Bert.Config;
}
