"""Says which machine and which versions a result is from."""
import os
import platform
import re
import subprocess
import time


def describe() -> dict[str, str | int | float]:
    """Processor, caches, memory, system."""
    fields = dict(re.findall(r"^(.*?):\s+(.*)$", _output("lscpu"), re.MULTILINE))
    with open("/proc/meminfo") as file:
        kilobytes = int(next(line for line in file if line.startswith("MemTotal")).split()[1])
    family = f"family {fields.get('CPU family', '?')} model {fields.get('Model', '?')}"
    return {
        "cpu": f"{fields.get('Model name', platform.processor())} ({family})",
        "cores": os.cpu_count() or 1,
        "threads_per_core": fields.get("Thread(s) per core", "?"),
        "l1d": fields.get("L1d cache") or _cache_of_a_core("LEVEL1_DCACHE_SIZE"),
        "l2": fields.get("L2 cache") or _cache_of_a_core("LEVEL2_CACHE_SIZE"),
        "l3": fields.get("L3 cache", "?"),
        "avx512": has_avx512(),
        "memory_gib": round(kilobytes / 2**20, 1),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
        "dotnet": _output("dotnet", "--version").strip(),
    }


def has_avx512() -> bool:
    """Whether the processor has AVX-512; where it has not, to force AVX2 changes nothing."""
    return "avx512f" in _output("lscpu")


def name(description: dict[str, str | int | float]) -> str:
    """A file name for the machine."""
    return re.sub(r"[^a-z0-9]+", "-", f"{description['cpu']} {description['cores']} cores".lower()).strip("-")


def commit(folder: str) -> str:
    """The commit that the work tree is at, with "+" when it has changes."""
    changed = _output("git", "-C", folder, "status", "--porcelain", "--untracked-files=no").strip()
    return _output("git", "-C", folder, "rev-parse", "--short", "HEAD").strip() + ("+" if changed else "")


def busy(seconds: float = 0.5) -> float:
    """Cores that other processes keep busy now; call it while nothing of one's own runs."""

    def ticks() -> tuple[int, int]:
        with open("/proc/stat") as file:
            fields = [int(field) for field in file.readline().split()[1:9]]
        return sum(fields), fields[3] + fields[4]

    before = ticks()
    time.sleep(seconds)
    after = ticks()
    total, idle = after[0] - before[0], after[1] - before[1]
    return round((1 - idle / total) * (os.cpu_count() or 1), 2)


def _cache_of_a_core(variable: str) -> str:
    # The C library knows these also in virtual machines that hide them from lscpu; what it takes for the level-3 cache may be the sum of several.
    size = _output("getconf", variable).strip()
    return f"{int(size) // 1024} KiB a core" if size.isdigit() and int(size) > 0 else "?"


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    except FileNotFoundError:
        return "?"
