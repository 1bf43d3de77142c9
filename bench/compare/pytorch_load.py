"""Times making a BERT classifier in PyTorch from a file of weights, every time in fresh memory; prints one line of JSON.

    python3 pytorch_load.py --model cache/base
"""
import argparse
import json
import os
import statistics

import torch_setup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a folder of export_weights.py")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=20)
    arguments = parser.parse_args()
    torch_setup.enter(arguments.threads, keep=False)
    print(json.dumps(measure(arguments.model, arguments.warmup, arguments.repeat)))


def measure(folder: str, warmup: int, repeat: int) -> dict:
    import torch

    import bert

    # No random values first, and the tensors of the file become those of the model: nothing is copied.
    torch.nn.Linear.reset_parameters = torch.nn.Embedding.reset_parameters = lambda self: None
    torch.nn.init.normal_ = torch.nn.init.zeros_ = lambda tensor, *_, **__: tensor
    mapped = tuple(int(part) for part in torch.__version__.split(".")[:2]) >= (2, 1)
    before, loaded, seconds = torch_setup.peak_rss_mb(), 0.0, []
    for repetition in range(warmup + repeat):
        start = torch_setup.now()
        model = bert.Classifier(bert.Config.load(os.path.join(folder, "config.json")))
        weights = torch.load(os.path.join(folder, "weights.pt"), **({"mmap": True, "weights_only": True} if mapped else {}))
        for name, parameter in model.named_parameters():
            parameter.data = weights[name]
        seconds.append(torch_setup.now() - start)
        loaded = loaded or torch_setup.peak_rss_mb() - before
        del model, weights, parameter
    seconds = seconds[warmup:]
    return {
        "mode": "load",
        "median_s": statistics.median(seconds),
        "min_s": min(seconds),
        "loaded_mb": loaded,
        "peak_rss_mb": torch_setup.peak_rss_mb(),
        **torch_setup.settings(),
    }


if __name__ == "__main__":
    main()
