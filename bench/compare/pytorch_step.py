"""Times a training step or a forward pass of BERT in PyTorch on random tokens; prints one line of JSON.

    python3 pytorch_step.py --config configs/base.json --batch 8 --length 128 --method movement --density 0.1
"""
import argparse
import json
import os
import statistics

import torch_setup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True, help="a config.json")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=64)
    parser.add_argument("--mode", choices=["train-step", "forward"], default="train-step")
    parser.add_argument("--method", choices=["none", "movement"], default="none", help="movement freezes the embeddings")
    parser.add_argument("--density", type=float, default=0.1)
    parser.add_argument("--firsts", action="store_true", help="the last layer only for first tokens, as in Sprout")
    parser.add_argument("--foreach", action="store_true", help="the multi-tensor AdamW of PyTorch before 2.4; no faster on processors")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--tf32", action="store_true", help="on cuda, products in TensorFloat-32: 10 bits of mantissa instead of 23")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=20)
    arguments = parser.parse_args()
    torch_setup.enter(arguments.threads, arguments.device, arguments.tf32)
    print(json.dumps(measure(arguments)))


def measure(arguments: argparse.Namespace) -> dict:
    import torch

    import bert

    config = bert.Config.load(arguments.config)
    training = arguments.mode == "train-step"
    model = bert.Classifier(config, arguments.density if arguments.method == "movement" else -1.0, firsts=arguments.firsts).train(training)
    optimizer = bert.optimizer(model, arguments.foreach)
    ids = torch.randint(1000, config.vocab_size, (arguments.batch, arguments.length))
    labels = torch.randint(0, 2, (arguments.batch,))
    seconds = []
    for step in range(arguments.warmup + arguments.repeat):
        start = torch_setup.now()
        if training:
            bert.train_step(model, optimizer, model(ids)[1], labels)
        else:
            with torch.inference_mode():
                model(ids)
        seconds.append(torch_setup.now() - start)
    seconds = seconds[arguments.warmup :]
    median = statistics.median(seconds)
    return {
        "config": os.path.splitext(os.path.basename(arguments.config))[0],
        "mode": arguments.mode,
        "method": arguments.method,
        "density": arguments.density if arguments.method == "movement" else 1.0,
        "batch": arguments.batch,
        "length": arguments.length,
        "median_s": median,
        "min_s": min(seconds),
        "tokens_per_s": arguments.batch * arguments.length / median,
        "gflops": model.flops([arguments.length] * arguments.batch, training) / median / 1e9,
        "peak_rss_mb": torch_setup.peak_rss_mb(),
        **torch_setup.settings(),
    }


if __name__ == "__main__":
    main()
