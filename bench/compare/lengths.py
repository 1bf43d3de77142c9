"""Writes the texts of a table's column and their lengths in tokens, as `sprout tokenize` counts them: texts.txt and lengths.txt in a folder.

    python3 lengths.py --sprout "dotnet sprout.dll" --vocab vocab.txt --table train.tsv --output cache
"""
import argparse
import json
import os
import shlex
import subprocess


def write(sprout: list[str], vocab: str, table: str, folder: str, column: str = "sentence") -> tuple[str, str]:
    """Paths of the texts and the lengths; they are made unless they are there and of this very table and vocabulary."""
    os.makedirs(folder, exist_ok=True)
    texts, lengths = (os.path.join(folder, name) for name in ("texts.txt", "lengths.txt"))
    stamp, source = os.path.join(folder, "lengths.source"), f"{column} of {identity(table)}, {identity(vocab)}"
    if os.path.exists(stamp) and open(stamp).read() == source:
        return texts, lengths
    with open(table, encoding="utf-8-sig", newline="\n") as file:
        header, *lines = (line.rstrip("\r\n").split("\t") for line in file)
    place = header.index(column)
    with open(texts, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line[place] + "\n" for line in lines)
    with open(texts, "rb") as lines:
        output = subprocess.run([*sprout, "tokenize", "--vocab", vocab], stdin=lines, stdout=subprocess.PIPE, check=True).stdout
    with open(lengths, "w") as file:
        file.writelines(f"{len(json.loads(line)['ids'])}\n" for line in output.splitlines())
    with open(stamp, "w") as file:
        file.write(source)
    return texts, lengths


def identity(path: str) -> str:
    """What changes when a file does."""
    return f"{os.path.abspath(path)} ({os.path.getsize(path)} bytes, {os.path.getmtime(path)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sprout", required=True, help="the command that starts sprout")
    parser.add_argument("--vocab", required=True)
    parser.add_argument("--table", required=True, help="a TSV file with a header")
    parser.add_argument("--column", default="sentence")
    parser.add_argument("--output", default="cache")
    arguments = parser.parse_args()
    print(*write(shlex.split(arguments.sprout), arguments.vocab, arguments.table, arguments.output, arguments.column))


if __name__ == "__main__":
    main()
