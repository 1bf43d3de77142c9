"""The table of a result file."""

# Cores that other processes may use before a row is marked.
BUSY = 0.1

HEADER = "| what | peer | Sprout | peer | speed-up | share of peak: Sprout | peer | fastest: speed-up | share: Sprout | peer | MiB: Sprout | peer | commit, date |"

# Repetitions of one amount of work, so that the fastest says something; the epoch's batches differ, and a start is one repetition.
ALIKE = ("step", "forward", "tokenizer", "gemm", "own", "load")

TITLES = {
    "step": "Training step",
    "epoch": "Training on real sentence lengths",
    "forward": "Forward pass",
    "tokenizer": "Tokenizer",
    "gemm": "Matrix products",
    "own": "Movement pruning that keeps everything, against Sprout's own dense step (both with frozen embeddings)",
    "startup": "Start-up",
    "load": "Loading weights from the system's cache of files into fresh memory (MiB: what a load adds to the peak)",
}


def brief(result: dict) -> str:
    """One line on one row."""
    return f"{seconds(result['sprout']['median_s'])} against {seconds(result['peer']['median_s'])}: {result['ratio']:.2f}× ({spread(result)})"


def markdown(document: dict) -> str:
    """All rows, a table a group, below a description of the machine."""
    machine = document["machine"]
    lines = [
        f"# {machine['cpu']}, {machine['cores']} cores",
        "",
        "Speed-up = time of the peer ÷ time of Sprout, the median over pairs of fresh processes run in turn, smallest to largest pair in brackets.",
        "Times are medians; the share is that of the FMA peak which Sprout measures in the same process, counted as the whole model's work on both sides, although Sprout, in rows from 2026-11-26 on, leaves out what a classifier does not read of the last layer.",
        "Memory is the peak resident set of the whole process.",
        "Fastest: the same from the fastest repetition of each process instead of the median one, which neighbours on the machine disturb less; medians over the processes.",
        "Rows marked * were measured while other processes ran on the machine.",
        "",
        f"L1d {machine['l1d']}, L2 {machine['l2']}, L3 {machine['l3']}, {machine['memory_gib']} GiB, {machine['system']}, Linux {machine['kernel']}, .NET SDK {machine['dotnet']}.",
        versions(document["rows"]),
    ]
    for group, title in TITLES.items():
        results = [row for row in document["rows"] if row["group"] == group]
        if not results:
            continue
        lines += ["", f"## {title}", HEADER, "|---" * (HEADER.count("|") - 1) + "|"]
        lines += [line(result) for result in results]
    return "\n".join(lines) + "\n"


def line(result: dict) -> str:
    ours, theirs = result["sprout"], result["peer"]
    mark = "*" if result["busy_cores"] > BUSY else ""
    fastest = result["group"] in ALIKE
    cells = [
        result["name"] + mark,
        theirs["name"],
        seconds(ours["median_s"]),
        seconds(theirs["median_s"]),
        f"**{result['ratio']:.2f}** ({spread(result)})",
        *shares(result, "median_s"),
        f"{theirs['min_s'] / ours['min_s']:.2f}" if fastest else "",
        *(shares(result, "min_s") if fastest else ["", ""]),
        mebibytes(ours),
        mebibytes(theirs),
        f"{result['commit']}, {result['date']}",
    ]
    return "| " + " | ".join(cells) + " |"


def shares(result: dict, time: str) -> list[str]:
    """Both sides' share of the peak at their median_s or min_s. A peer that does not say its own does the same work, so that its share follows from the times."""
    ours, theirs = result["sprout"], result["peer"]
    if "peak_fraction" not in ours:
        return ["", ""]
    work = ours["peak_fraction"] * ours["median_s"]
    their_work = theirs["peak_fraction"] * theirs["median_s"] if "peak_fraction" in theirs else work
    return [percent(work / ours[time]), percent(their_work / theirs[time])]


def versions(results: list[dict]) -> str:
    """Versions and settings of the peers, each once."""
    found: dict[str, str] = {}
    for result in results:
        peer = result["peer"]
        for name in ("libtorch", "onnxruntime", "FastBertTokenizer", "torch"):
            if name in peer:
                found[name] = peer[name]
        if "aten" in peer and "AVX2 on both" not in result["name"]:
            found["ATen"] = peer["aten"]
            found["BLAS"] = f"{peer['blas'].split(', ')[-1]} (core {peer['blas_core']})"
    threads = sorted({str(result["sprout"]["threads"]) for result in results if "threads" in result["sprout"] and result["group"] != "tokenizer"})
    return "; ".join([f"{name} {value}" for name, value in found.items()] + [f"{' and '.join(threads)} threads"]) + "."


def spread(result: dict) -> str:
    return f"{min(result['ratios']):.2f}–{max(result['ratios']):.2f}"


def seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.3g} ms" if value >= 1e-3 else f"{value * 1e6:.3g} µs"


def percent(value: float) -> str:
    return f"{value * 100:.0f} %"


def mebibytes(side: dict) -> str:
    memory = side.get("loaded_mb", side.get("peak_rss_mb"))
    return f"{memory:,.0f}" if memory else ""
