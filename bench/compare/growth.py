#!/usr/bin/env python3
"""Measures how Sprout's forward pass and training step grow with sequence length, tokens, layers, hidden size and density.

    python3 bench/compare/growth.py

Writes a table and a plot. The prediction beside each time is arithmetic: the operations of the point (6, forward 2, times encoder parameters and
tokens, plus attention; in the last layer keys and values of all tokens and the rest of first tokens only) at the rate of the reference point, which all
series have in common. Embeddings are frozen, since their update is no part of it.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace

import machine
import rows
import svg

ROOT = os.path.dirname(os.path.dirname(rows.HERE))
COLOURS = {"forward": "#0b6e99", "train-step": "#c2571a"}


@dataclass(frozen=True)
class Point:
    """A model and a batch; density None: no pruning method."""

    length: int = 64
    batch: int = 32
    layers: int = 6
    hidden: int = 384
    density: float | None = None

    def flops(self, training: bool) -> float:
        hidden, tokens, whole = self.hidden, self.batch * self.length, self.layers - 1
        layer, keys_and_values = 12 * hidden**2 + 13 * hidden, 2 * hidden**2 + 2 * hidden
        products = tokens * (whole * layer + keys_and_values) + self.batch * (layer - keys_and_values)
        attention = 2 * hidden * self.length * (tokens * whole + self.batch)
        return (6 if training else 2) * (products + attention)


REFERENCE = Point()


def series() -> Iterator[tuple[str, str, list[tuple[float, Point]]]]:
    """Title, axis and points."""
    point = REFERENCE
    yield "Sequence length, 2,048 tokens a batch", "tokens a sequence", [(length, replace(point, length=length, batch=2048 // length)) for length in (16, 32, 64, 128, 256, 512)]
    yield "Tokens a batch, sequences of 64", "tokens a batch", [(64 * batch, replace(point, batch=batch)) for batch in (1, 2, 4, 8, 16, 32, 64)]
    yield "Layers", "layers", [(layers, replace(point, layers=layers)) for layers in (1, 2, 4, 6, 12)]
    yield "Hidden size (heads of 32, feed-forward 4×)", "hidden size", [(hidden, replace(point, hidden=hidden)) for hidden in (128, 256, 384, 512, 768)]
    yield "Density (forward: random mask; step: movement)", "share of weights kept, %", [(100 * density, replace(point, density=density)) for density in (0.03, 0.1, 0.3, 1.0)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sprout", help="command that starts sprout (default: what this checkout builds)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=10)
    parser.add_argument("--machine", help="name of the result files (default: from the processor)")
    parser.add_argument("--results", default=os.path.join(ROOT, "bench", "results"))
    arguments = parser.parse_args()
    if arguments.sprout:
        sprout = shlex.split(arguments.sprout)
    else:
        subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", os.path.join(ROOT, "Sprout.Cli")], check=True, stdout=sys.stderr)
        sprout = ["dotnet", os.path.join(ROOT, "Sprout.Cli", "bin", "Release", "net10.0", "sprout.dll")]
    others = machine.busy()
    measured: dict[tuple[Point, str], float] = {}
    everything = list(series())
    for point in dict.fromkeys(point for _, _, points in everything for _, point in points):
        for mode in COLOURS:
            measured[point, mode] = measure(sprout, point, mode, arguments)
            print(f"{mode} {point}: {measured[point, mode] * 1e3:.3g} ms", file=sys.stderr)
    description = machine.describe()
    stem = os.path.join(arguments.results, "growth-" + (arguments.machine or machine.name(description)))
    os.makedirs(arguments.results, exist_ok=True)
    with open(stem + ".svg", "w") as file:
        file.write(svg.render([panel(title, axis, points, measured) for title, axis, points in everything], "milliseconds"))
    with open(stem + ".md", "w") as file:
        file.write(markdown(description, everything, measured, arguments.threads, others, os.path.basename(stem)))


def measure(sprout: list[str], point: Point, mode: str, arguments: argparse.Namespace) -> float:
    """The median time of a point in seconds."""
    config = {
        "model_type": "bert",
        "vocab_size": 30522,
        "hidden_size": point.hidden,
        "num_hidden_layers": point.layers,
        "num_attention_heads": point.hidden // 32,
        "intermediate_size": 4 * point.hidden,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": 512,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(config, file)
        file.flush()
        command = [*sprout, "bench", "--mode", mode, "--config", file.name, "--batch", str(point.batch), "--length", str(point.length), "--json"]
        command += ["--threads", str(arguments.threads), "--warmup", str(arguments.warmup), "--repeat", str(arguments.repeat)]
        if mode == "train-step":
            command += ["--train-embeddings", "false"]
        if point.density is not None:
            command += ["--method", "movement", "--density", str(point.density)]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(output)["median_s"]


def predicted(point: Point, mode: str, measured: dict[tuple[Point, str], float]) -> float:
    training = mode == "train-step"
    return measured[REFERENCE, mode] * point.flops(training) / REFERENCE.flops(training)


def panel(title: str, axis: str, points: list[tuple[float, Point]], measured: dict[tuple[Point, str], float]) -> svg.Panel:
    lines = []
    for mode, colour in COLOURS.items():
        name = mode.replace("train-step", "training step").replace("forward", "forward pass")
        lines.append(svg.Line(f"{name}, measured", colour, [(x, measured[point, mode] * 1e3) for x, point in points]))
        lines.append(svg.Line(f"{name}, by arithmetic", colour, [(x, predicted(point, mode, measured) * 1e3) for x, point in points], dashed=True))
    return svg.Panel(title, axis, lines)


def markdown(description: dict, everything: list, measured: dict[tuple[Point, str], float], threads: int, others: float, stem: str) -> str:
    lines = [
        "# How the cost grows",
        "",
        f"{description['cpu']}, {threads} threads, commit {machine.commit(ROOT)}; reference point: 6 layers, hidden size 384, 32 sequences of 64 tokens, dense, embeddings frozen.",
        "Arithmetic: the operations of the point at the rate of the reference point; in the last layer only first tokens ask. Masks save no operation in dense kernels, so arithmetic does not depend on the density.",
    ]
    if others > 0.1:
        lines.append(f"Other processes kept {others} cores busy: the times are coarse.")
    lines += ["", f"![Time against length, tokens, layers, hidden size and density]({stem}.svg)"]
    for title, axis, points in everything:
        lines += ["", f"## {title}", f"| {axis} | forward, ms | by arithmetic | ratio | training step, ms | by arithmetic | ratio |", "|---|---|---|---|---|---|---|"]
        for x, point in points:
            cells = [svg.label(x)]
            for mode in COLOURS:
                time, guess = measured[point, mode], predicted(point, mode, measured)
                cells += [f"{time * 1e3:.4g}", f"{guess * 1e3:.4g}", f"{time / guess:.2f}"]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
