#!/usr/bin/env python3
"""Which structure to prune in: accuracy beside size and measured speed, from runs that differ in structure, density and seed.

    python3 bench/compare/structures.py --dense DENSE RUN... --results bench/results/structures

A run is a folder of `sprout train`. Each is exported as a sparse file (int8 weights and embeddings for its size, fp32 for its speed), and passes of the fp32
file are timed beside passes of the dense model, in fresh processes in turn. Writes a table and a picture.
"""
import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import machine

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHAPES = ((8, 128), (1, 32))
COLOURS = {"entries": "#0b6e99", "16x1": "#c2571a", "16x16": "#3d7a3a", "heads and neurons": "#7a3d8f"}


@dataclass(frozen=True)
class Run:
    structure: str
    density: float
    seed: int
    accuracy: float
    megabytes: float
    speedups: tuple[float, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", help="folders of pruned runs")
    parser.add_argument("--dense", required=True, help="folder of the dense run")
    parser.add_argument("--sprout", help="command that starts sprout (default: what this checkout builds)")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--results", required=True, help="path of the table and the picture, without .md and .svg")
    arguments = parser.parse_args()
    sprout = shlex.split(arguments.sprout or f"dotnet {os.path.join(ROOT, 'Sprout.Cli', 'bin', 'Release', 'net10.0', 'sprout.dll')}")
    others = machine.busy()
    runs = []
    for folder in arguments.runs:
        runs.append(measure(sprout, folder, arguments.dense, arguments.pairs))
        print(runs[-1], file=sys.stderr)
    dense = metric(arguments.dense)
    with open(arguments.results + ".md", "w") as file:
        file.write(table(runs, dense, others))
    with open(arguments.results + ".svg", "w") as file:
        file.write(picture(runs, dense))


def measure(sprout: list[str], folder: str, dense: str, pairs: int) -> Run:
    options = json.load(open(os.path.join(folder, "training_options.json")))
    structure = "heads and neurons" if options["attention-unit"] == "head" else "entries" if options["block"] == "1x1" else options["block"]
    with tempfile.TemporaryDirectory() as temporary:
        small, fast = os.path.join(temporary, "small.sprout"), os.path.join(temporary, "fast.sprout")
        export(sprout, folder, small, "int8")
        export(sprout, folder, fast, "fp32")
        speedups = []
        for batch, length in SHAPES:
            ratios = [seconds(sprout, dense, batch, length) / seconds(sprout, fast, batch, length) for _ in range(pairs)]
            speedups.append(statistics.median(ratios))
        return Run(structure, options["density"], options["seed"], metric(folder), os.path.getsize(small) / 1e6, tuple(speedups))


def export(sprout: list[str], folder: str, output: str, numbers: str) -> None:
    command = [*sprout, "export", "--model", folder, "--format", "sparse", "--output", output, "--weights", numbers, "--embeddings", numbers]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def seconds(sprout: list[str], model: str, batch: int, length: int) -> float:
    command = [*sprout, "bench", "--model", model, "--batch", str(batch), "--length", str(length), "--json", "--repeat", "20" if batch > 1 else "200"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)["median_s"]


def metric(folder: str) -> float:
    return 100 * json.load(open(os.path.join(folder, "eval_results.json")))["eval_accuracy"]


def groups(runs: Sequence[Run]) -> list[tuple[str, float, list[Run]]]:
    """Runs of one structure and density, in the order of COLOURS."""
    keys = sorted({(list(COLOURS).index(run.structure), -run.density) for run in runs})
    return [
        (name, -density, [run for run in runs if run.structure == name and run.density == -density])
        for number, density in keys
        for name in [list(COLOURS)[number]]
    ]


def spread(values: Sequence[float], digits: int = 1) -> str:
    mean = f"{statistics.mean(values):.{digits}f}"
    return mean if len(values) < 2 else f"{mean} ± {statistics.stdev(values):.{digits}f}"


def table(runs: Sequence[Run], dense: float, others: float) -> str:
    shapes = " | ".join(f"speed-up, {batch} × {length} tokens" for batch, length in SHAPES)
    lines = [
        "# Accuracy beside speed, by structure",
        "",
        f"{machine.describe()['cpu']}, 2 threads, commit {machine.commit(ROOT)}. The speed-up is over the dense model, whose accuracy is {dense:.1f}; the size is of a sparse file with int8 weights and embeddings.",
        *([f"Other processes kept {others} cores busy: the times are coarse."] if others > 0.1 else []),
        "",
        f"| structure | kept | seeds | accuracy | size, MB | {shapes} |",
        "|---|---|---|---|---|" + "---|" * len(SHAPES),
    ]
    for name, density, some in groups(runs):
        speeds = " | ".join(spread([run.speedups[i] for run in some]) for i in range(len(SHAPES)))
        size = spread([run.megabytes for run in some])
        lines.append(f"| {name.replace('x', ' × ')} | {100 * density:g} % | {len(some)} | {spread([run.accuracy for run in some])} | {size} | {speeds} |")
    lines += ["", "Each run:", "", f"| structure | kept | seed | accuracy | size, MB | {shapes} |", "|---|---|---|---|---|" + "---|" * len(SHAPES)]
    for run in sorted(runs, key=lambda run: (list(COLOURS).index(run.structure), -run.density, run.seed)):
        speeds = " | ".join(f"{speed:.2f}" for speed in run.speedups)
        lines.append(f"| {run.structure.replace('x', ' × ')} | {100 * run.density:g} % | {run.seed} | {run.accuracy:.1f} | {run.megabytes:.2f} | {speeds} |")
    return "\n".join([*lines, ""])


def picture(runs: Sequence[Run], dense: float) -> str:
    """A scatter plot a shape: speed-up across, accuracy up; a dot a run, a ring the mean of a structure and density."""
    width, height, left, right, top, bottom = 430, 330, 58, 16, 40, 48
    low, high = min(run.accuracy for run in runs) - 2, max(dense, *(run.accuracy for run in runs)) + 2
    most = max(speed for run in runs for speed in run.speedups) * 1.08
    across = lambda value: left + (width - left - right) * (value - 0.5) / (most - 0.5)
    up = lambda value: height - bottom - (height - bottom - top) * (value - low) / (high - low)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * len(SHAPES)} {height + 28}" role="img" aria-label="Accuracy beside speed-up, by structure">',
        "<style>text { font: 12px system-ui, sans-serif; fill: #333 } .title { font-weight: 600; font-size: 13px } .grid { stroke: #e4e4e4 } .axis { stroke: #888; fill: none }</style>",
        f'<rect width="{width * len(SHAPES)}" height="{height + 28}" fill="#fff"/>',
    ]
    x = left
    for name, colour in COLOURS.items():
        parts += [f'<circle cx="{x}" cy="16" r="4" fill="{colour}"/>', f'<text x="{x + 10}" y="20">{escape(name.replace("x", " × "))}</text>']
        x += 50 + 7 * len(name)
    parts.append(f'<text x="{x}" y="20">small dots: seeds; ring: their mean; square: dense</text>')
    for panel, (batch, length) in enumerate(SHAPES):
        parts.append(f'<g transform="translate({panel * width} 24)">')
        parts.append(f'<text class="title" x="{left}" y="24">{batch} × {length} tokens</text>')
        for value in range(int(low // 5 + 1) * 5, int(high) + 1, 5):
            parts.append(f'<line class="grid" x1="{left}" x2="{width - right}" y1="{up(value):.1f}" y2="{up(value):.1f}"/>')
            parts.append(f'<text x="{left - 6}" y="{up(value) + 4:.1f}" text-anchor="end">{value}</text>')
        for value in range(1, int(most) + 1):
            parts.append(f'<text x="{across(value):.1f}" y="{height - bottom + 18}" text-anchor="middle">{value}</text>')
        parts.append(f'<path class="axis" d="M{left} {top}V{height - bottom}H{width - right}"/>')
        parts.append(f'<text x="{(left + width - right) / 2}" y="{height - bottom + 36}" text-anchor="middle">times as fast as dense</text>')
        parts.append(f'<text transform="translate(14 {(top + height - bottom) / 2}) rotate(-90)" text-anchor="middle">accuracy, %</text>')
        parts.append(f'<rect x="{across(1) - 4:.1f}" y="{up(dense) - 4:.1f}" width="8" height="8" fill="#333"/>')
        for name, density, some in groups(runs):
            points = [(across(run.speedups[panel]), up(run.accuracy)) for run in some]
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{COLOURS[name]}"/>' for x, y in points]
            x, y = statistics.mean(x for x, _ in points), statistics.mean(y for _, y in points)
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="none" stroke="{COLOURS[name]}" stroke-width="2"/>')
            parts.append(f'<text x="{x + 9:.1f}" y="{y - 6:.1f}">{100 * density:g} %</text>')
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
