#!/usr/bin/env python3
"""Compares Sprout with libtorch, ONNX Runtime and FastBertTokenizer in interleaved pairs of fresh processes.

    python3 bench/compare/compare.py --table SST-2/train.tsv --vocab vocab.txt
"""
import argparse
import datetime
import json
import os
import shlex
import statistics
import subprocess
import sys
import time

import lengths
import machine
import peers
import report
import rows

ROOT = os.path.dirname(os.path.dirname(rows.HERE))


def main() -> None:
    arguments = parse()
    selected = arguments.only.split(",")
    if unknown := set(selected) - set(rows.GROUPS):
        sys.exit(f"--only: no such group: {', '.join(unknown)}; there are {', '.join(rows.GROUPS)}")
    sprout, sprout_bench, programs = build(arguments, selected)
    cache = os.path.abspath(arguments.cache)
    texts = sizes = None
    if arguments.table and arguments.vocab and {"epoch", "tokenizer"} & set(selected):
        texts, sizes = ("texts.txt", "lengths.txt") if arguments.list else lengths.write(sprout, arguments.vocab, arguments.table, cache)
    settings = rows.Settings(
        sprout, sprout_bench, programs, cache, arguments.python, arguments.threads, arguments.warmup, arguments.repeat,
        arguments.table, arguments.vocab, texts, sizes
    )
    available = [row for row in rows.all_rows(settings) if row.group in selected]
    for group in selected:
        if not any(row.group == group for row in available):
            print(f"{group}: left out, it needs {rows.NEEDS[group]}", file=sys.stderr)
    chosen = [row for row in available if arguments.match in f"{row.name}: {row.peer.name}"]
    if not chosen:
        sys.exit(f"--only {arguments.only} --match {arguments.match!r}: no such row; --list prints them all")
    if arguments.list:
        for row in chosen:
            print(f"{row.group}: {row.name}: {row.peer.name}\n  {command(row.sprout)}\n  {command(row.peer)}")
        return
    description = machine.describe()
    path = os.path.join(arguments.results, (arguments.machine or machine.name(description)) + ".json")
    document = read(path) | {"machine": description}
    if (others := machine.busy()) > report.BUSY:
        print(f"warning: other processes keep {others} cores busy; trust the ratios only", file=sys.stderr)
    for number, row in enumerate(chosen, 1):
        print(f"[{number}/{len(chosen)}] {row.name}: {row.peer.name}", file=sys.stderr)
        try:
            result = compare(row, settings, arguments)
        except (subprocess.SubprocessError, OSError, ValueError) as error:
            print(f"  failed: {error}", file=sys.stderr)
            continue
        print(f"  {report.brief(result)}", file=sys.stderr)
        document["rows"] = [old for old in document.get("rows", []) if (old["name"], old["peer"]["name"]) != (row.name, row.peer.name)] + [result]
        order = {(row.name, row.peer.name): place for place, row in enumerate(rows.all_rows(settings))}
        document["rows"].sort(key=lambda one: order.get((one["name"], one["peer"]["name"]), len(order)))
        write(path, document)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(rows.GROUPS), help=f"groups, of {','.join(rows.GROUPS)} (default: all)")
    parser.add_argument("--match", default="", help="only rows with this text in their name or their peer's, as --list prints them")
    parser.add_argument("--list", action="store_true", help="print the rows and their commands, run nothing")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--repeat", type=int, help="repetitions in every process (default: 5 to 200, by the row)")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--timeout", type=int, default=1800, help="seconds for one process")
    parser.add_argument("--table", help="SST-2's train.tsv, for epoch and tokenizer")
    parser.add_argument("--vocab", help="vocab.txt of BERT uncased, for epoch and tokenizer")
    parser.add_argument("--python", default="/usr/bin/python3", help="the Python that has PyTorch, for startup and load (default: Debian's)")
    parser.add_argument("--sprout", help="command that starts sprout (default: what this checkout builds)")
    parser.add_argument("--machine", help="name of the result files (default: from the processor)")
    parser.add_argument("--cache", default=os.path.join(rows.HERE, "cache"), help="folder for models and lengths")
    parser.add_argument("--results", default=os.path.join(ROOT, "bench", "results"))
    return parser.parse_args()


def build(arguments: argparse.Namespace, selected: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Builds what the groups need and returns the commands that start sprout, the benchmarks and the peers."""
    if arguments.list:
        return ["sprout"], ["Sprout.Bench"], ["Sprout.Peers"]
    projects = [] if arguments.sprout else [("Sprout.Cli", "sprout")]
    if "tokenizer" in selected:
        projects.append((os.path.join("bench", "Sprout.Bench"), "Sprout.Bench"))
    commands = {}
    for project, name in projects:
        subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", os.path.join(ROOT, project)], check=True, stdout=sys.stderr)
        commands[name] = ["dotnet", os.path.join(ROOT, project, "bin", "Release", "net10.0", name + ".dll")]
    sprout = shlex.split(arguments.sprout) if arguments.sprout else commands["sprout"]
    return sprout, commands.get("Sprout.Bench", []), peers.build() if set(rows.PEERS) & set(selected) else []


def command(side: rows.Side) -> str:
    """How a side is started in a shell."""
    return " ".join([f"{name}={value}" for name, value in side.env.items()] + [shlex.join(side.argv)])


def compare(row: rows.Row, settings: rows.Settings, arguments: argparse.Namespace) -> dict:
    """Runs Sprout and the peer in turn and sums it up."""
    prepare(row, settings, arguments)
    ours, theirs, others = [], [], 0.0
    for pair in range(arguments.pairs):
        # Neither side always comes first, and what else runs is looked at before each.
        for side, results in ((row.sprout, ours), (row.peer, theirs))[:: 1 if pair % 2 == 0 else -1]:
            others = max(others, machine.busy())
            results.append(run(side, arguments.timeout))
    for name in ("tokens", "hash_of_ids"):
        if len(found := {result.get(name) for result in ours + theirs}) > 1:
            raise ValueError(f"{name} differs: {found}")
    ratios = [their["median_s"] / our["median_s"] for our, their in zip(ours, theirs)]
    return {
        "group": row.group,
        "name": row.name,
        "date": datetime.date.today().isoformat(),
        "commit": machine.commit(ROOT),
        "busy_cores": others,
        "pairs": arguments.pairs,
        "ratio": statistics.median(ratios),
        "ratios": ratios,
        "sprout": summary(row.sprout, ours),
        "peer": summary(row.peer, theirs),
    }


def prepare(row: rows.Row, settings: rows.Settings, arguments: argparse.Namespace) -> None:
    """Writes the models that a row needs if they are not there yet."""
    options = dict(zip(row.peer.argv, row.peer.argv[1:]))
    model, onnx = options.get("--model"), options.get("--onnx")
    if row.group == "load" and not os.path.exists(os.path.join(model, "model.safetensors")):
        name = os.path.basename(model).split("-")[0]
        call([arguments.python, os.path.join(rows.HERE, "export_weights.py"), "--config", rows.config(name), "--output", model], arguments)
    elif row.group in rows.PEERS and model and not os.path.exists(os.path.join(model, "answers.json")):
        call([*settings.peers, "model", "--config", rows.config(os.path.basename(model)), "--output", model], arguments)
    if onnx and not os.path.exists(onnx):
        folder = os.path.dirname(onnx)
        weights = folder.rsplit("-", 1)[1]
        call([*settings.sprout, "export", "--model", model, "--format", "onnx", "--weights", weights, "--output", folder], arguments)


def call(argv: list[str], arguments: argparse.Namespace) -> None:
    os.makedirs(arguments.cache, exist_ok=True)
    subprocess.run(argv, check=True, timeout=arguments.timeout, stdout=sys.stderr)


def run(side: rows.Side, timeout: int) -> dict:
    """One process and what it says; with wall, what a clock outside says."""
    start = time.perf_counter()
    output = subprocess.run(side.argv, env=os.environ | side.env, stdout=subprocess.PIPE, timeout=timeout, check=True, text=True).stdout
    seconds = time.perf_counter() - start
    return {"median_s": seconds, "min_s": seconds} if side.wall else json.loads(output[output.index("{") :])


def summary(side: rows.Side, results: list[dict]) -> dict:
    """Medians over the processes, and what the first one says besides numbers that change."""
    measured = ("median_s", "min_s", "mean_s", "epoch_s", "tokens_per_s", "gflops", "peak_fraction", "peak_rss_mb", "loaded_mb")
    kept = {key: value for key, value in results[0].items() if key not in measured and value is not None}
    medians = {key: statistics.median(result[key] for result in results) for key in measured if results[0].get(key) is not None}
    return {"name": side.name, **medians, "all_median_s": [result["median_s"] for result in results], **kept}


def read(path: str) -> dict:
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def write(path: str, document: dict) -> None:
    """The JSON document and its table."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")
    with open(os.path.splitext(path)[0] + ".md", "w") as file:
        file.write(report.markdown(document))


if __name__ == "__main__":
    main()
