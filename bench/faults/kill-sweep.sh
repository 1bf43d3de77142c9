#!/usr/bin/env bash
# Kills a small pruning run at many times, and at its file operations one by one; resumed, it must give the bits of the unbroken run.
# TIMES: how many kills by the clock (20). EVERY: of the aimed ones, each so many-th (1); these need strace.
. "$(dirname "$0")/lib.sh"
steps=(--max-steps 6 --save-every 2)
killed=0 resumed=0

# What a killed run in a folder comes to when it is resumed.
judge() {
  killed=$((killed + 1))
  if [ ! -f "$work/run/model.safetensors" ] || compgen -G "$work/run/checkpoint-*" > /dev/null || [ ! -f "$work/run/all_results.json" ]; then
    if ! train "$work/run" "${steps[@]}" --resume > /dev/null 2> "$work/log"; then
      fail "$1: cannot be resumed: $(tail -1 "$work/log")"
      return
    fi
    clean "$work/run" || { fail "$1: leftovers: $(find "$work/run" | tr '\n' ' ')"; return; }
  fi
  if same "$work/whole" "$work/run" && [ -f "$work/run/eval_classes.json" ]; then resumed=$((resumed + 1)); else fail "$1: other bits"; fi
}

begin=$(date +%s%N)
train "$work/whole" "${steps[@]}" > /dev/null 2> "$work/log" || { fail "the unbroken run: $(tail -1 "$work/log")"; exit 1; }
length=$((($(date +%s%N) - begin) / 1000000))

times=${TIMES:-20}
for ((i = 1; i <= times; i++)); do
  rm -rf "$work/run"
  after=$((length * i / times))
  train "$work/run" "${steps[@]}" > /dev/null 2>&1 & pid=$!
  # The function's shell has become no process of its own: its child is the command.
  sleep "$((after / 1000)).$(printf %03d $((after % 1000)))"
  pkill -KILL -P "$pid" 2> /dev/null
  wait "$pid" 2> /dev/null
  judge "killed after $after ms"
done
pass "$killed kills by the clock, $resumed resumed to the same bits"
[ "$killed" -eq "$resumed" ] || failures=$((failures + 1))

if command -v strace > /dev/null; then
  operations=rename,mkdir,rmdir,unlink,fsync,pwrite64,flock
  rm -rf "$work/run"
  strace -f -e trace=$operations -e signal=none -o "$work/trace" "${sprout[@]}" "${task[@]}" --output "$work/run" "${steps[@]}" > /dev/null 2>&1
  same "$work/whole" "$work/run" || { fail "the run under strace"; exit 1; }
  for operation in ${operations//,/ }; do
    # strace counts by thread; one thread writes all files.
    count=$(awk -v name="$operation" 'index($2, name "(") == 1 { n[$1]++ } END { for (t in n) if (n[t] > most) most = n[t]; print most + 0 }' "$work/trace")
    before=$killed good=$resumed
    for ((n = 1; n <= count; n += ${EVERY:-1})); do
      rm -rf "$work/run"
      strace -f -e trace="$operation" -e inject="$operation:signal=KILL:when=$n" -o /dev/null \
        "${sprout[@]}" "${task[@]}" --output "$work/run" "${steps[@]}" > /dev/null 2>&1
      [ $? -ge 128 ] && judge "killed at $operation $n of $count"
    done 2> /dev/null
    pass "$operation: $((killed - before)) kills, $((resumed - good)) resumed to the same bits"
  done
else
  echo "SKIP | strace is not here: no aimed kills"
fi
check "all: $killed kills, $resumed resumed to the same bits" [ "$killed" -eq "$resumed" ]
[ "$failures" -eq 0 ]
