"""Starts a script again in the environment in which PyTorch is at its fastest.

What makes the difference (2-4 times): for Debian's PyTorch OpenBLAS built with OpenMP, so that it shares ATen's threads (PyPI's brings MKL);
ATen's AVX-512 kernels, which are not chosen by default; glibc keeping freed memory, so that the large tensors of every step are not mapped
and cleared anew.
"""
import glob
import importlib.util
import os
import platform
import resource
import sys
import time

import machine

# glibc keeps freed memory.
KEEPING = {"MALLOC_MMAP_THRESHOLD_": str(1 << 34), "MALLOC_TRIM_THRESHOLD_": str(1 << 34), "MALLOC_TOP_PAD_": str(1 << 28)}


def environment(threads: int, keep: bool = True) -> dict[str, str]:
    """Environment variables for a number of threads; keep: glibc keeps memory."""
    isa = "avx512" if machine.has_avx512() else "avx2"
    env = {name: value for name, value in os.environ.items() if name not in ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS")}
    env |= {"ATEN_CPU_CAPABILITY": isa, "OMP_NUM_THREADS": str(threads)}
    if keep:
        env |= KEEPING
    if isa == "avx2":
        # Also where OpenBLAS would choose Zen, which is slower (BERT-base's products on a Zen 3: 0.83 to 0.90 of Haswell's speed).
        env["OPENBLAS_CORETYPE"] = "Haswell"
    torch = importlib.util.find_spec("torch")
    if torch is None:
        sys.exit(f"no PyTorch found for {sys.executable}: apt-get install python3-torch, or --python with another Python")
    if torch.origin.startswith("/usr/lib/python3/"):
        folders = glob.glob("/usr/lib/*/openblas-openmp")
        if not folders:
            sys.exit("no OpenBLAS with OpenMP found: apt-get install libopenblas0-openmp")
        env["LD_LIBRARY_PATH"] = ":".join(filter(None, [folders[0], os.environ.get("LD_LIBRARY_PATH")]))
    return env


def enter(threads: int, device: str = "cpu", tf32: bool = False, keep: bool = True) -> None:
    """Replaces this process by itself in that environment, once; call it before torch is imported. New tensors go to the device."""
    if os.environ.get("SPROUT_TORCH_SETUP") != str(threads):
        os.execve(sys.executable, [sys.executable, *sys.argv], environment(threads, keep) | {"SPROUT_TORCH_SETUP": str(threads)})
    import torch

    torch.set_num_threads(threads)
    if device != "cpu":
        torch.set_default_device(device)
        torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.manual_seed(42)


def now() -> float:
    """Seconds by a clock, after what the device still has to do."""
    import torch

    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    return time.perf_counter()


def settings() -> dict[str, str | int]:
    """What a result says about how it was made."""
    import torch

    loaded = {line.split()[-1] for line in open("/proc/self/maps") if "openblas" in line}
    return {
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "aten": os.environ.get("ATEN_CPU_CAPABILITY", "default"),
        "blas": "MKL" if torch.backends.mkl.is_available() else ", ".join(sorted(os.path.join(*path.split("/")[-2:]) for path in loaded)),
        "blas_core": os.environ.get("OPENBLAS_CORETYPE", "detected"),
        "malloc_mmap_threshold": os.environ.get("MALLOC_MMAP_THRESHOLD_", "default"),
        "python": platform.python_version(),
    }


def peak_rss_mb() -> float:
    """The most memory that this process has had, in MiB as `sprout bench` counts."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
