"""The comparisons: what Sprout runs, what its peer runs, on which work."""
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import machine

HERE = os.path.dirname(os.path.abspath(__file__))
GROUPS = ("step", "epoch", "forward", "tokenizer", "gemm", "own", "startup", "load")

# Options without which a group has no rows.
NEEDS = {"epoch": "--table and --vocab", "tokenizer": "--table, --vocab and --tokenizer"}

# name, batch, length, repetitions of a step and of a forward pass
MODELS = (("base", 8, 128, 5, 10), ("minilm", 32, 64, 10, 20), ("mini", 32, 64, 20, 40), ("tiny", 32, 64, 40, 80))


@dataclass(frozen=True)
class Side:
    """A command. wall: the whole process is timed, from outside; otherwise its last output is a JSON object with median_s."""

    name: str
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)
    wall: bool = False


@dataclass(frozen=True)
class Row:
    group: str
    name: str
    sprout: Side
    peer: Side


@dataclass(frozen=True)
class Settings:
    """What the command line of compare.py says."""

    sprout: list[str]
    sprout_bench: list[str]
    cache: str
    python: str
    threads: int
    warmup: int
    repeat: int | None = None
    table: str | None = None
    vocab: str | None = None
    tokenizer: str | None = None
    texts: str | None = None
    lengths: str | None = None

    def runs(self, default: int) -> list[str]:
        return ["--warmup", str(self.warmup), "--repeat", str(self.repeat or default)]

    def bench(self, name: str, *options: str, repeat: int, isa: str = "") -> Side:
        argv = [*self.sprout, "bench", *options, "--threads", str(self.threads), *self.runs(repeat), "--json"]
        return Side(name, argv, {"SPROUT_ISA": isa} if isa else {})

    def torch(self, script: str, *options: str, repeat: int, name: str = "PyTorch", isa: str = "") -> Side:
        argv = [self.python, os.path.join(HERE, script), *options, "--threads", str(self.threads), *self.runs(repeat)]
        return Side(name, argv + (["--isa", isa] if isa else []))


def config(name: str) -> str:
    return os.path.join(HERE, "configs", name + ".json")


def all_rows(settings: Settings) -> Iterator[Row]:
    yield from step_rows(settings)
    yield from epoch_rows(settings)
    yield from forward_rows(settings)
    yield from tokenizer_rows(settings)
    yield from gemm_rows(settings)
    yield from own_rows(settings)
    yield Row("startup", "`sprout --help` / `import torch`", Side("Sprout", [*settings.sprout, "--help"], wall=True), Side("PyTorch", [settings.python, "-c", "import torch"], wall=True))
    yield load_row(settings, "base")


def step_rows(settings: Settings) -> Iterator[Row]:
    movement = ("--method", "movement", "--density", "0.1")
    for name, batch, length, repeat, _ in MODELS:
        shape = ("--config", config(name), "--batch", str(batch), "--length", str(length))
        for label, method in (("dense", ()), ("movement 10 %", movement)):
            yield Row(
                "step",
                f"training step, {name} {batch}×{length}, {label}",
                settings.bench("Sprout", "--mode", "train-step", *shape, *method, repeat=repeat),
                settings.torch("pytorch_step.py", *shape, *method, repeat=repeat),
            )
        if name in ("minilm", "tiny"):
            yield Row(
                "step",
                f"training step, {name} {batch}×{length}, dense",
                settings.bench("Sprout", "--mode", "train-step", *shape, repeat=repeat),
                settings.torch("pytorch_step.py", *shape, "--firsts", repeat=repeat, name="PyTorch, last layer for first tokens only"),
            )
    if not machine.has_avx512():
        return
    yield Row(
        "step",
        "training step, minilm 32×64, dense, AVX2 on both",
        settings.bench("Sprout", "--mode", "train-step", "--config", config("minilm"), "--batch", "32", "--length", "64", repeat=10, isa="avx2"),
        settings.torch("pytorch_step.py", "--config", config("minilm"), "--batch", "32", "--length", "64", repeat=10, isa="avx2"),
    )


def epoch_rows(settings: Settings) -> Iterator[Row]:
    if settings.table is None or settings.vocab is None or settings.lengths is None:
        return
    model = ("--config", config("minilm"), "--batch", "32")
    for layout in ("padded", "packed"):
        yield Row(
            "epoch",
            f"step on SST-2 sentences, minilm 32, peer {layout}",
            settings.bench("Sprout", "--mode", "train-step", *model, "--lengths-from", settings.table, "--vocab", settings.vocab, repeat=200),
            settings.torch("pytorch_epoch.py", *model, "--lengths", settings.lengths, "--layout", layout, repeat=200, name=f"PyTorch {layout}"),
        )


def forward_rows(settings: Settings) -> Iterator[Row]:
    for name, batch, length, repeat in (("base", 8, 128, 10), ("minilm", 32, 64, 20), ("base", 1, 32, 50), ("minilm", 1, 32, 200)):
        shape = ("--batch", str(batch), "--length", str(length))
        label = f"forward, {name} {batch}×{length}"
        ours = settings.bench("Sprout", "--mode", "forward", "--config", config(name), *shape, repeat=repeat)
        model = os.path.join(settings.cache, f"{name}-{batch}x{length}.onnx")
        onnx = ["node", os.path.join(HERE, "onnx_forward.mjs"), "--model", model, *shape, "--threads", str(settings.threads), *settings.runs(repeat)]
        yield Row("forward", label, ours, Side("ONNX Runtime", onnx))
        yield Row("forward", label, ours, Side("ONNX Runtime, threads spin", [*onnx, "--spin"]))
        yield Row("forward", label, ours, settings.torch("pytorch_step.py", "--mode", "forward", "--config", config(name), *shape, repeat=repeat))


def tokenizer_rows(settings: Settings) -> Iterator[Row]:
    if settings.texts is None or settings.vocab is None or settings.tokenizer is None:
        return
    yield Row(
        "tokenizer",
        "tokenizer, SST-2 training sentences, 1 thread",
        Side("Sprout", [*settings.sprout_bench, "tokenizer", "--vocab", settings.vocab, "--texts", settings.texts, *settings.runs(5)]),
        Side("Rust tokenizers", ["node", os.path.join(HERE, "tokenizer_hf.mjs"), "--tokenizer", settings.tokenizer, "--texts", settings.texts, *settings.runs(5)]),
    )


def gemm_rows(settings: Settings) -> Iterator[Row]:
    # Forward pass, gradient of the input, gradient of the weight.
    for name, tokens, hidden, inner in (("base", 1024, 768, 3072), ("minilm", 2048, 384, 1536), ("tiny", 2048, 128, 512)):
        shapes = ((f"{tokens}x{hidden}x{hidden}", "NT"), (f"{tokens}x{inner}x{hidden}", "NT"), (f"{tokens}x{hidden}x{inner}", "NN"), (f"{inner}x{hidden}x{tokens}", "TN"))
        for shape, layout in shapes:
            yield gemm_row(settings, name, shape, layout)
    for shape, layout in (("1024x3072x768", "NT"), ("2048x1536x384", "NT")) if machine.has_avx512() else ():
        yield gemm_row(settings, "AVX2 on both", shape, layout, "avx2")


def gemm_row(settings: Settings, name: str, shape: str, layout: str, isa: str = "") -> Row:
    options = ("--shape", shape, "--layout", layout)
    return Row(
        "gemm",
        f"product {shape.replace('x', '×')} {layout}, {name}",
        settings.bench("Sprout", "--mode", "gemm", *options, repeat=30, isa=isa),
        settings.torch("pytorch_gemm.py", *options, repeat=30, name="torch.mm", isa=isa),
    )


def load_row(settings: Settings, name: str) -> Row:
    folder = os.path.join(settings.cache, name)
    return Row(
        "load",
        f"load weights, {name}",
        settings.bench("Sprout", "--mode", "load", "--model", folder, repeat=20),
        settings.torch("pytorch_load.py", "--model", folder, repeat=20),
    )


def own_rows(settings: Settings) -> Iterator[Row]:
    """What masks and scores cost: movement that keeps everything against a dense step, embeddings frozen in both."""
    for name, batch, length, repeat, _ in MODELS[:2]:
        shape = ("--mode", "train-step", "--config", config(name), "--batch", str(batch), "--length", str(length))
        yield Row(
            "own",
            f"training step, {name} {batch}×{length}, movement 100 %",
            settings.bench("Sprout", *shape, "--method", "movement", "--density", "1", repeat=repeat),
            settings.bench("Sprout dense, frozen embeddings", *shape, "--train-embeddings", "false", repeat=repeat),
        )
