"""Writes the model of bert.py as ONNX with fixed shapes, and beside it tokens with the logits that PyTorch computes from them.

    python3 export_onnx.py --config configs/base.json --batch 8 --length 128 --output base-8x128.onnx
"""
import argparse
import json
import os

import torch_setup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    torch_setup.enter(os.cpu_count() or 1)
    import torch

    import bert

    config = bert.Config.load(arguments.config)
    model = bert.Classifier(config).eval()
    ids = torch.randint(1000, config.vocab_size, (arguments.batch, arguments.length))
    with torch.no_grad():
        hidden, logits = model(ids)
        torch.onnx.export(model, (ids,), arguments.output, input_names=["ids"], output_names=["hidden", "logits"], opset_version=17)
    expected = {"ids": ids.flatten().tolist(), "hidden": hidden[:: arguments.length].tolist(), "logits": logits.flatten().tolist(), "torch": torch.__version__}
    with open(arguments.output + ".json", "w") as file:
        json.dump(expected, file)


if __name__ == "__main__":
    main()
