"""bench/Sprout.Peers: builds it, and says in which environment libtorch is at its fastest."""
import glob
import os
import struct
import subprocess
import sys

import machine
import torch_setup

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Sprout.Peers")
BINARIES = os.path.join(FOLDER, "bin", "Release", "net10.0", "linux-x64")
SHIM = os.path.join(BINARIES, "libstart.so")

# What TorchSharp's library asks of the C++ library, which Debian 12 does not have, and the one symbol of it: it starts streams, which nothing here uses.
VERSION = "GLIBCXX_3.4.32"
SYMBOL = "_ZSt21ios_base_library_initv"


def build() -> list[str]:
    """Builds the peers and returns the command that starts them."""
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "quiet", FOLDER], check=True, stdout=sys.stderr)
    if not any(VERSION.encode() in open(path, "rb").read() for path in glob.glob("/usr/lib*/**/libstdc++.so.6", recursive=True)):
        subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", SHIM], input=f"void {SYMBOL}(void) {{}}", text=True, check=True)
        weaken(os.path.join(BINARIES, "libLibTorchSharp.so"), VERSION)
    return ["dotnet", os.path.join(BINARIES, "Sprout.Peers.dll")]


def environment(threads: int, isa: str = "") -> dict[str, str]:
    """Environment variables for a number of threads; isa "avx2": as on a processor without AVX-512."""
    # ATen takes AVX-512 only when it is told to; MKL decides for itself.
    chosen = isa or ("avx512" if machine.has_avx512() else "avx2")
    found = torch_setup.KEEPING | {"ATEN_CPU_CAPABILITY": chosen, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    if isa:
        found["MKL_ENABLE_INSTRUCTIONS"] = isa.upper()
    return found | ({"LD_PRELOAD": SHIM} if os.path.exists(SHIM) else {})


def weaken(path: str, version: str) -> None:
    """Marks a version of symbols that an ELF library needs as weak (VER_FLG_WEAK), so that it is loaded without it."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    # Elf64_Vernaux: hash of the name, flags, ….
    needed = struct.pack("<IH", elf_hash(version), 0)
    if data.count(needed) == 1:
        struct.pack_into("<H", data, data.index(needed) + 4, 2)
        with open(path, "wb") as file:
            file.write(data)


def elf_hash(name: str) -> int:
    """The hash of a name in ELF files."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high
    return value
