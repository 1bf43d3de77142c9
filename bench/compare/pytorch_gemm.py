"""Times torch.mm at one shape; prints one line of JSON.

    python3 pytorch_gemm.py --shape 1024x3072x768 --layout NT
"""
import argparse
import json
import os
import statistics
import time

import torch_setup


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", required=True, help="MxNxK")
    parser.add_argument("--layout", choices=["NN", "NT", "TN"], default="NN", help="T: stored transposed")
    parser.add_argument("--isa", choices=["", "avx2"], default="")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=20)
    arguments = parser.parse_args()
    torch_setup.enter(arguments.threads, arguments.isa)
    import torch

    m, n, k = (int(size) for size in arguments.shape.split("x"))
    a = torch.rand(k, m).t() if arguments.layout[0] == "T" else torch.rand(m, k)
    b = torch.rand(n, k).t() if arguments.layout[1] == "T" else torch.rand(k, n)
    c = torch.empty(m, n)

    def seconds(calls: int) -> float:
        start = time.perf_counter()
        for _ in range(calls):
            torch.mm(a, b, out=c)
        return (time.perf_counter() - start) / calls

    # Small products are repeated within a sample, as `sprout bench` does.
    calls = max(1, int(5e-3 / min(seconds(1) for _ in range(1 + arguments.warmup))))
    samples = [seconds(calls) for _ in range(arguments.repeat)]
    median = statistics.median(samples)
    print(json.dumps({"mode": "gemm", "median_s": median, "min_s": min(samples), "gflops": 2 * m * n * k / median / 1e9, **torch_setup.settings()}))


if __name__ == "__main__":
    main()
