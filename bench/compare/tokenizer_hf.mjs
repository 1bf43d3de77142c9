// Times Hugging Face's Rust tokenizer on the texts of a file, one a line, on one thread; prints one line of JSON.
//   node tokenizer_hf.mjs --tokenizer tokenizer.json --texts texts.txt
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

// Read by the Rust library when it starts its threads.
process.env.TOKENIZERS_PARALLELISM = "false";
process.env.RAYON_NUM_THREADS = "1";
const { Tokenizer } = await import("tokenizers");

const { values } = parseArgs({
  options: {
    tokenizer: { type: "string" },
    texts: { type: "string" },
    warmup: { type: "string", default: "1" },
    repeat: { type: "string", default: "5" },
  },
});
const [warmup, repeat] = [values.warmup, values.repeat].map(Number);
const texts = readFileSync(values.texts, "utf8").split("\n").slice(0, -1);
const tokenizer = Tokenizer.fromFile(values.tokenizer);
tokenizer.disablePadding();
tokenizer.disableTruncation();

const chunk = 1000;
const seconds = [];
let tokens = 0;
let hash = 2166136261;
for (let i = 0; i < warmup + repeat; i++) {
  let spent = 0n;
  for (let from = 0; from < texts.length; from += chunk) {
    const part = texts.slice(from, from + chunk);
    const start = process.hrtime.bigint();
    const encodings = await tokenizer.encodeBatch(part);
    spent += process.hrtime.bigint() - start;
    if (i > 0) continue;
    // Taking the ids over to JavaScript is not timed.
    for (const encoding of encodings) for (const id of encoding.getIds()) { tokens++; hash = Math.imul(hash ^ id, 16777619) >>> 0; }
  }

  if (i >= warmup) seconds.push(Number(spent) / 1e9);
}

seconds.sort((x, y) => x - y);
const median = (seconds[(repeat - 1) >> 1] + seconds[repeat >> 1]) / 2;
console.log(JSON.stringify({
  mode: "tokenize",
  median_s: median,
  min_s: seconds[0],
  texts: texts.length,
  tokens,
  hash_of_ids: hash,
  tokens_per_s: tokens / median,
  threads: 1,
  tokenizers: createRequire(import.meta.url)("tokenizers/package.json").version,
  node: process.version,
}));
