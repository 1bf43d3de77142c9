"""The comparisons: what Sprout runs, what its peer runs, on which work."""
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import machine
import peers

HERE = os.path.dirname(os.path.abspath(__file__))
GROUPS = ("step", "epoch", "forward", "tokenizer", "gemm", "own", "startup", "load")

# Options without which a group has no rows.
NEEDS = {"epoch": "--table and --vocab", "tokenizer": "--table and --vocab"}

# Groups whose peer is a program of bench/Sprout.Peers.
PEERS = ("step", "epoch", "forward", "tokenizer", "gemm")

# How far int8 logits may be from Sprout's, on random weights.
INT8_TOLERANCE = "0.02"

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
    peers: list[str]
    cache: str
    python: str
    threads: int
    warmup: int
    repeat: int | None = None
    table: str | None = None
    vocab: str | None = None
    texts: str | None = None
    lengths: str | None = None

    def runs(self, default: int) -> list[str]:
        return ["--warmup", str(self.warmup), "--repeat", str(self.repeat or default)]

    def bench(self, name: str, *options: str, repeat: int, isa: str = "") -> Side:
        argv = [*self.sprout, "bench", *options, "--threads", str(self.threads), *self.runs(repeat), "--json"]
        return Side(name, argv, {"SPROUT_ISA": isa} if isa else {})

    def peer(self, name: str, mode: str, *options: str, repeat: int, isa: str = "") -> Side:
        """A program of bench/Sprout.Peers."""
        argv = [*self.peers, mode, *options, "--threads", str(self.threads), *self.runs(repeat)]
        # What libtorch likes, ONNX Runtime and the tokenizer measure without.
        return Side(name, argv, peers.environment(self.threads, isa) if mode in ("step", "product") else {})

    def python_torch(self, script: str, *options: str, repeat: int) -> Side:
        return Side("PyTorch", [self.python, os.path.join(HERE, script), *options, "--threads", str(self.threads), *self.runs(repeat)])

    def model(self, name: str) -> str:
        """The folder of a model with random weights and Sprout's answers, which compare.py writes."""
        return os.path.join(self.cache, name)

    def onnx(self, name: str, weights: str) -> str:
        """The same model as `sprout export` writes it, which compare.py calls."""
        return os.path.join(self.cache, f"{name}-{weights}", "model.onnx")


def config(name: str) -> str:
    return os.path.join(HERE, "configs", name + ".json")


def all_rows(settings: Settings) -> Iterator[Row]:
    yield from step_rows(settings)
    yield from epoch_rows(settings)
    yield from forward_rows(settings)
    yield from tokenizer_rows(settings)
    yield from gemm_rows(settings)
    yield from own_rows(settings)
    started = Side("Sprout", [*settings.sprout, "--help"], wall=True)
    yield Row("startup", "`sprout --help` / `import torch`", started, Side("PyTorch", [settings.python, "-c", "import torch"], wall=True))
    yield load_row(settings, "base")


def step_rows(settings: Settings) -> Iterator[Row]:
    for name, batch, length, repeat, _ in MODELS:
        shape = ("--batch", str(batch), "--length", str(length))
        for label, method, density in (("dense", (), ()), ("movement 10 %", ("--method", "movement", "--density", "0.1"), ("--density", "0.1"))):
            ours = settings.bench("Sprout", "--mode", "train-step", "--config", config(name), *shape, *method, repeat=repeat)
            model = ("--model", settings.model(name), *shape, *density)
            title = f"training step, {name} {batch}×{length}, {label}"
            yield Row("step", title, ours, settings.peer("libtorch", "step", *model, repeat=repeat))
            yield Row("step", title, ours, settings.peer("libtorch, last layer for first tokens only", "step", *model, "--firsts", repeat=repeat))
    if not machine.has_avx512():
        return
    shape = ("--batch", "32", "--length", "64")
    yield Row(
        "step",
        "training step, minilm 32×64, dense, AVX2 on both",
        settings.bench("Sprout", "--mode", "train-step", "--config", config("minilm"), *shape, repeat=10, isa="avx2"),
        settings.peer("libtorch", "step", "--model", settings.model("minilm"), *shape, repeat=10, isa="avx2"),
    )


def epoch_rows(settings: Settings) -> Iterator[Row]:
    if settings.table is None or settings.vocab is None or settings.lengths is None:
        return
    batch = ("--batch", "32")
    ours = settings.bench(
        "Sprout", "--mode", "train-step", "--config", config("minilm"), *batch, "--lengths-from", settings.table, "--vocab", settings.vocab, repeat=200
    )
    model = ("--model", settings.model("minilm"), *batch, "--lengths", settings.lengths, "--layout")
    title = "step on SST-2 sentences, minilm 32"
    yield Row("epoch", title, ours, settings.peer("libtorch, padded", "step", *model, "padded", repeat=200))
    yield Row("epoch", title, ours, settings.peer("libtorch, packed", "step", *model, "packed", repeat=200))
    yield Row(
        "epoch", title, ours, settings.peer("libtorch, packed, last layer for first tokens only", "step", *model, "packed", "--firsts", repeat=200)
    )


def forward_rows(settings: Settings) -> Iterator[Row]:
    """Exported classifiers ask in the last layer by first tokens only, so that the arithmetic is equal. Of sparse passes the peer is that at its best."""
    for name, batch, length, repeat in (("base", 8, 128, 10), ("minilm", 32, 64, 20), ("base", 1, 32, 50), ("minilm", 1, 32, 200)):
        shape = ("--batch", str(batch), "--length", str(length))
        label = f"forward, {name} {batch}×{length}"
        single, int8 = (
            [*("--model", settings.model(name), "--onnx", settings.onnx(name, weights)), *shape, "--tolerance", tolerance]
            for weights, tolerance in (("fp32", "1e-4"), ("int8", INT8_TOLERANCE))
        )
        ours = settings.bench("Sprout", "--mode", "forward", "--config", config(name), *shape, repeat=repeat)
        yield Row("forward", label, ours, settings.peer("ONNX Runtime", "forward", *single, repeat=repeat))
        yield Row("forward", label, ours, settings.peer("ONNX Runtime, threads spin", "forward", *single, "--spin", repeat=repeat))
        for kept, block in (("10 % kept", ()), ("10 % kept in blocks of 16×1", ("--block", "16x1"))):
            sparse = settings.bench(
                "Sprout", "--mode", "forward", "--config", config(name), *shape, "--density", "0.1", *block, repeat=repeat
            )
            title = f"{label}, {kept}"
            yield Row("forward", title, sparse, settings.peer("ONNX Runtime, dense", "forward", *single, "--spin", repeat=repeat))
            yield Row("forward", title, sparse, settings.peer("ONNX Runtime, dense int8", "forward", *int8, "--spin", repeat=repeat))


def tokenizer_rows(settings: Settings) -> Iterator[Row]:
    if settings.texts is None or settings.vocab is None:
        return
    files = ("--vocab", settings.vocab, "--texts", settings.texts)
    yield Row(
        "tokenizer",
        "tokenizer, SST-2 training sentences, 1 thread",
        Side("Sprout", [*settings.sprout_bench, "tokenizer", *files, *settings.runs(5)]),
        settings.peer("FastBertTokenizer", "tokenizer", *files, repeat=5),
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
        settings.peer("libtorch", "product", *options, repeat=30, isa=isa),
    )


def load_row(settings: Settings, name: str) -> Row:
    folder = os.path.join(settings.cache, f"{name}-pytorch")
    return Row(
        "load",
        f"load weights, {name}",
        settings.bench("Sprout", "--mode", "load", "--model", folder, repeat=20),
        settings.python_torch("pytorch_load.py", "--model", folder, repeat=20),
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
