#!/usr/bin/env bash
# Links planted in a run's folder: nothing is written through one, and a folder behind a link is a folder.
. "$(dirname "$0")/lib.sh"
steps=(--max-steps 6 --save-every 2)
train "$work/whole" "${steps[@]}" > /dev/null 2> "$work/log" || { fail "the unbroken run: $(tail -1 "$work/log")"; exit 1; }
victim=$work/victim
untouched() { [ "$(cat "$victim/file")" = mine ] && [ "$(ls -A "$victim")" = file ] && [ "$(stat -c %i "$victim/file")" = "$inode" ]; }
mkdir "$victim"
echo mine > "$victim/file"
inode=$(stat -c %i "$victim/file")

# planted KIND NAME…: runs in a folder with links of these names to the victim's file or to its folder
planted() {
  rm -rf "$work/run"
  mkdir "$work/run"
  for name in "${@:2}"; do
    if [ "$1" = file ]; then ln -s "$victim/file" "$work/run/$name"; else ln -s "$victim" "$work/run/$name"; fi
  done
  train "$work/run" "${steps[@]}" --overwrite > /dev/null 2> "$work/log"
}

files=(model.safetensors scores.safetensors config.json vocab.txt tokenizer.json all_results.json trainer_state.json pruning.json eval_results.json .sprout-run)
planted file "${files[@]}"
check "the names of results: the run ends well" same "$work/whole" "$work/run"
check "the names of results: nothing is written through them" untouched

names=()
for file in "${files[@]}"; do names+=("$file.tmp" "$file.partial" "$file.1.tmp"); done
planted file "${names[@]}"
check "temporary names of files that could be guessed: the run ends well" same "$work/whole" "$work/run"
check "temporary names of files that could be guessed: nothing is written" untouched

names=()
for step in 2 4 6; do names+=("checkpoint-$step.partial" "checkpoint-$step.replaced" "checkpoint-$step.removed" "checkpoint-$step.tmp"); done
planted folder "${names[@]}"
check "temporary names of checkpoints that could be guessed: the run ends well" same "$work/whole" "$work/run"
check "temporary names of checkpoints that could be guessed: nothing is written" untouched

planted folder checkpoint-2 checkpoint-4 checkpoint-6
check "links to a folder where checkpoints belong: the run ends well" same "$work/whole" "$work/run"
check "links to a folder where checkpoints belong: nothing is written or removed" untouched

digits=0123456789abcdef0123456789abcdef
planted folder "checkpoint-2.$digits.partial" "checkpoint-4.$digits.removed" "checkpoint-6.$digits.replaced"
check "links that look like Sprout's own: the run ends well" same "$work/whole" "$work/run"
check "links that look like Sprout's own: what they lead to stays" untouched

planted file .sprout-lock
check "a link where the lock belongs: 3" [ $? -eq 3 ]
check "a link where the lock belongs: nothing is written" untouched

mkdir "$work/behind"
ln -s "$work/behind" "$work/link"
train "$work/link" "${steps[@]}" > /dev/null 2> "$work/log"
check "a folder behind a link" same "$work/whole" "$work/behind"
check "a folder behind a link stays behind it" [ -L "$work/link" ]
[ "$failures" -eq 0 ]
