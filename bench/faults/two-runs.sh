#!/usr/bin/env bash
# Two runs in one folder: the second one ends with 3 and names the process of the first, whatever its options and by whichever path.
. "$(dirname "$0")/lib.sh"
"${sprout[@]}" "${task[@]}" --output "$work/run" --max-steps 1000000 --save-every 20 > /dev/null 2>&1 & first=$!
trap 'kill -KILL "$first" 2> /dev/null; rm -rf "$work"' EXIT
wait_for 60 test -d "$work/run/checkpoint-20" || { fail "the first run has no checkpoint after a minute"; exit 1; }
ln -s "$work/run" "$work/link"
second() {
  train "$@" --max-steps 1000000 > /dev/null 2> "$work/log"
  [ $? -eq 3 ] && grep -q "found the run of process $first\." "$work/log"
}
check "a second run" second "$work/run"
check "a second run that resumes" second "$work/run" --resume
check "a second run that overwrites" second "$work/run" --overwrite
check "a second run through a link" second "$work/link" --resume
check "the first run goes on" kill -0 "$first"
kill -KILL "$first"
wait "$first" 2> /dev/null
train "$work/run" --max-steps 1000000 --save-every 20 --resume > /dev/null 2> "$work/log" & next=$!
check "after a kill the folder is free" wait_for 60 grep -q "Continuing the newest checkpoint" "$work/log"
pkill -KILL -P "$next" 2> /dev/null
wait "$next" 2> /dev/null

for round in 1 2 3; do
  rm -rf "$work/run"
  train "$work/run" --max-steps 6 > /dev/null 2>&1 & a=$!
  train "$work/run" --max-steps 6 > /dev/null 2>&1 & b=$!
  wait "$a"; codes=$?
  wait "$b"; codes="$codes $?"
  # 2: the other had come to its end.
  case $codes in "0 3" | "3 0" | "0 2" | "2 0") pass "both at once: exit codes $codes" ;; *) fail "both at once: exit codes $codes" ;; esac
done
[ "$failures" -eq 0 ]
