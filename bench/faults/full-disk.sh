#!/usr/bin/env bash
# A run on a disk that fills up: it waits for space and ends with the bits of one that had it; Ctrl+C ends the waiting, and nothing is lost.
# Needs a small disk: root, or a system that lets users make namespaces.
if [ -z "${FULL_DISK_NAMESPACE:-}" ]; then
  export FULL_DISK_NAMESPACE=1
  for unshare in "unshare -m" "unshare -rm"; do $unshare true 2> /dev/null && exec $unshare "$0" "$@"; done
  echo "SKIP | a small disk needs root, or namespaces of users"
  exit 0
fi
. "$(dirname "$0")/lib.sh"
disk=$work/disk
mkdir "$disk"
mount -t tmpfs -o size=16m sprout "$disk" || { echo "SKIP | a small disk needs the right to mount one"; exit 0; }
trap 'umount "$disk"; rm -rf "$work"' EXIT
steps=(--max-steps 8 --save-every 1)
train "$work/whole" "${steps[@]}" > /dev/null 2> "$work/log" || { fail "the unbroken run: $(tail -1 "$work/log")"; exit 1; }

# Leaves room for less than a checkpoint when the run begins to save.
fill() { rm -rf "${disk:?}"/*; head -c "$1" /dev/zero > "$disk/filler"; }

for size in 12 13 14 15; do
  fill ${size}M
  train "$disk/run" "${steps[@]}" > /dev/null 2> "$work/log" & pid=$!
  check "$size of 16 MB taken: it waits" wait_for 60 grep -q "Waiting for space" "$work/log"
  check "$size of 16 MB taken: it lives" kill -0 "$pid"
  rm "$disk/filler"
  wait "$pid"
  check "$size of 16 MB taken: with space again it ends well" [ $? -eq 0 ]
  check "$size of 16 MB taken: the same bits" same "$work/whole" "$disk/run"
  check "$size of 16 MB taken: nothing unfinished is left" clean "$disk/run"
done

fill 13M
"${sprout[@]}" "${task[@]}" --output "$disk/run" "${steps[@]}" > /dev/null 2> "$work/log" & pid=$!
wait_for 60 grep -q "Waiting for space" "$work/log"
kill -TERM "$pid"
wait "$pid"
check "told to end while it waits: 130" [ $? -eq 130 ]
check "told to end while it waits: it says what was saved" grep -q "^Cancelled after step [0-9]* of 8; saved " "$work/log"
saved=$(sed -n 's/^Cancelled after.*saved \(.*\)\.$/\1/p' "$work/log")
rm "$disk/filler"
case $saved in "$disk"/*) ;; *) mv "$saved" "$disk/run/" ;; esac
train "$disk/run" "${steps[@]}" --resume > /dev/null 2> "$work/log"
check "resumed from there: the same bits" same "$work/whole" "$disk/run"

fill 13M
train "$disk/run" "${steps[@]}" > /dev/null 2> "$disk/log" & pid=$!
sleep 6
head -c 16M /dev/zero >> "$disk/filler" 2> /dev/null
sleep 6
check "messages on the full disk: it lives" kill -0 "$pid"
rm "$disk/filler"
wait "$pid"
check "messages on the full disk: the same bits" same "$work/whole" "$disk/run"
[ "$failures" -eq 0 ]
