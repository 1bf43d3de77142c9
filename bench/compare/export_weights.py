"""Writes a model folder with the random weights of bert.py: config.json and model.safetensors for Sprout, weights.pt for PyTorch.

    python3 export_weights.py --config configs/base.json --output base
"""
import argparse
import ctypes
import json
import os
import shutil
import struct

import torch_setup

# Names of bert.py and what they are called in files of BERT.
EMBEDDINGS = {"words.": "word_embeddings.", "positions.": "position_embeddings.", "types.": "token_type_embeddings.", "embedding_norm.": "LayerNorm."}
LAYER = {
    "query.": "attention.self.query.",
    "key.": "attention.self.key.",
    "value.": "attention.self.value.",
    "output.": "attention.output.dense.",
    "attention_norm.": "attention.output.LayerNorm.",
    "intermediate.": "intermediate.dense.",
    "down.": "output.dense.",
    "norm.": "output.LayerNorm.",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", required=True)
    parser.add_argument("--output", required=True, help="the folder; it is made if it is not there")
    arguments = parser.parse_args()
    torch_setup.enter(os.cpu_count() or 1)
    import torch

    import bert

    weights = bert.Classifier(bert.Config.load(arguments.config)).state_dict()
    os.makedirs(arguments.output, exist_ok=True)
    shutil.copyfile(arguments.config, os.path.join(arguments.output, "config.json"))
    torch.save(weights, os.path.join(arguments.output, "weights.pt"))
    write_safetensors({file_name(name): weight for name, weight in weights.items()}, os.path.join(arguments.output, "model.safetensors"))


def file_name(name: str) -> str:
    """What a parameter of bert.py is called in files of BERT."""
    if name.startswith("layers."):
        _, layer, rest = name.split(".", 2)
        part = rest[: rest.rindex(".") + 1]
        return f"bert.encoder.layer.{layer}.{LAYER[part]}{rest.removeprefix(part)}"
    part = name[: name.rindex(".") + 1]
    if part in EMBEDDINGS:
        return f"bert.embeddings.{EMBEDDINGS[part]}{name.removeprefix(part)}"
    return f"bert.pooler.dense.{name.removeprefix(part)}" if part == "pooler." else name


def write_safetensors(tensors: dict, path: str) -> None:
    """Single-precision tensors in the format of huggingface/safetensors."""
    header, end = {}, 0
    for name, tensor in tensors.items():
        start, end = end, end + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(ctypes.string_at(tensor.contiguous().data_ptr(), 4 * tensor.numel()))


if __name__ == "__main__":
    main()
