"""Times training steps on batches of real sentence lengths in PyTorch, padded or packed; prints one line of JSON.

    python3 pytorch_epoch.py --config configs/minilm.json --lengths lengths.txt --layout packed --repeat 200
"""
import argparse
import json
import os
import random
import statistics
import time

import torch_setup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True, help="a config.json")
    parser.add_argument("--lengths", required=True, help="tokens of every sentence, one number a line (lengths.py makes it)")
    parser.add_argument("--layout", choices=["padded", "packed"], default="padded", help="padded: every batch to its longest sentence")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=200, help="batches, a random sample of the epoch")
    arguments = parser.parse_args()
    torch_setup.enter(arguments.threads)
    print(json.dumps(measure(arguments)))


def measure(arguments: argparse.Namespace) -> dict:
    import torch

    import bert

    config = bert.Config.load(arguments.config)
    with open(arguments.lengths) as file:
        lengths = [int(line) for line in file]
    batches = -(-len(lengths) // arguments.batch)
    random.Random(42).shuffle(lengths)
    model = bert.Classifier(config).train()
    optimizer = bert.optimizer(model, foreach=False)
    seconds, tokens, computed, work = [], [], [], []
    for step in range(arguments.warmup + arguments.repeat):
        chosen = [lengths[i % len(lengths)] for i in range(step * arguments.batch, (step + 1) * arguments.batch)]
        sizes = torch.tensor(chosen)
        labels = torch.randint(0, 2, (arguments.batch,))
        shape = (sum(chosen),) if arguments.layout == "packed" else (arguments.batch, max(chosen))
        ids = torch.randint(1000, config.vocab_size, shape)
        start = time.perf_counter()
        _, logits = model.packed(ids, sizes) if arguments.layout == "packed" else model.padded(ids, sizes)
        bert.train_step(model, optimizer, logits, labels)
        if step >= arguments.warmup:
            seconds.append(time.perf_counter() - start)
            tokens.append(sum(chosen))
            computed.append(ids.numel())
            work.append(model.flops(chosen, training=True))
    median = statistics.median(seconds)
    return {
        "mode": "train-step",
        "layout": arguments.layout,
        "median_s": median,
        "mean_s": statistics.mean(seconds),
        "min_s": min(seconds),
        "epoch_s": statistics.mean(seconds) * batches,
        "tokens_per_s": sum(tokens) / sum(seconds),
        "real_token_share": sum(tokens) / sum(computed),
        "gflops": statistics.mean(work) / median / 1e9,
        "peak_rss_mb": torch_setup.peak_rss_mb(),
        **torch_setup.settings(),
    }


if __name__ == "__main__":
    main()
