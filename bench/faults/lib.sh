# What the fault scripts share: a folder that goes at the end, the demo's model with a small task in it, and PASS or FAIL.
set -u
read -ra sprout <<< "${SPROUT:?SPROUT=path/to/sprout $0}"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_EnableDiagnostics=0 TMPDIR="$work"
failures=0

cp -r "$here/../../Sprout.Cli/Demo/Model" "$work/model"

# Sentences of words from the vocabulary, with a label that depends on one of them.
table() {
  awk -v rows="$1" -v seed="$2" 'BEGIN { srand(seed) } /^[a-z]+$/ { words[n++] = $0 } END {
    print "sentence\tlabel"
    for (i = 0; i < rows; i++) {
      text = words[int(rand() * n)]
      for (j = 0; j < 6; j++) text = text " " words[int(rand() * n)]
      print text "\t" i % 2
    } }' "$work/model/vocab.txt"
}
table 64 1 > "$work/train.tsv"
table 16 2 > "$work/dev.tsv"

task=(train --model "$work/model" --task sst2 --train-file "$work/train.tsv" --eval-file "$work/dev.tsv" --max-length 16 --batch-size 4 --threads 1
  --learning-rate 1e-3 --method movement --density 0.4 --eval-every 3 --logging-steps 1)

# train FOLDER OPTION…
train() { "${sprout[@]}" "${task[@]}" --output "$@"; }

pass() { echo "PASS | $1"; }
fail() { echo "FAIL | $1"; failures=$((failures + 1)); }

# check WHAT COMMAND…
check() { if "${@:2}"; then pass "$1"; else fail "$1"; fi; }

# The bits that a finished run leaves.
bits() { cat "$1/model.safetensors" "$1/scores.safetensors" "$1/config.json" "$1/tokenizer.json" 2> /dev/null | sha256sum; }
same() { [ -f "$1/model.safetensors" ] && [ "$(bits "$1")" = "$(bits "$2")" ]; }

# Nothing unfinished is in a folder.
clean() { [ -z "$(find "$1" -name '*.tmp' -o -name '*.partial' -o -name '*.replaced' -o -name '*.removed' -o -name '.sprout-*')" ]; }

# wait_for SECONDS COMMAND…: until it succeeds
wait_for() {
  local end=$((SECONDS + $1))
  until "${@:2}"; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done
}
