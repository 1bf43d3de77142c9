// Times an ONNX model of export_onnx.py with ONNX Runtime and checks its results; prints one line of JSON.
//   node onnx_forward.mjs --model base-8x128.onnx --batch 8 --length 128 --threads 2 [--spin]
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import * as ort from "onnxruntime-node";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    batch: { type: "string", default: "8" },
    length: { type: "string", default: "128" },
    threads: { type: "string", default: "2" },
    warmup: { type: "string", default: "3" },
    repeat: { type: "string", default: "20" },
    // Waiting threads keep their processors busy, as ONNX Runtime's do unless told otherwise: faster for short passes.
    spin: { type: "boolean", default: false },
  },
});
const [batch, length, threads, warmup, repeat] = [values.batch, values.length, values.threads, values.warmup, values.repeat].map(Number);

const spinning = values.spin ? "1" : "0";
const session = await ort.InferenceSession.create(values.model, {
  executionProviders: ["cpu"],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  enableCpuMemArena: true,
  enableMemPattern: true,
  extra: { session: { intra_op: { allow_spinning: spinning }, inter_op: { allow_spinning: spinning } } },
});
const expected = JSON.parse(readFileSync(values.model + ".json", "utf8"));
const feeds = { ids: new ort.Tensor("int64", BigInt64Array.from(expected.ids, BigInt), [batch, length]) };

const seconds = [];
let results;
for (let i = 0; i < warmup + repeat; i++) {
  const start = process.hrtime.bigint();
  results = await session.run(feeds);
  if (i >= warmup) seconds.push(Number(process.hrtime.bigint() - start) / 1e9);
}

const width = expected.hidden[0].length;
const error = Math.max(
  ...expected.logits.map((value, i) => Math.abs(value - results.logits.data[i])),
  ...expected.hidden.flatMap((row, i) => row.map((value, j) => Math.abs(value - results.hidden.data[i * length * width + j]))),
);
if (!(error < 1e-3)) throw new Error(`results differ from PyTorch's by ${error}`);

seconds.sort((x, y) => x - y);
const median = (seconds[(repeat - 1) >> 1] + seconds[repeat >> 1]) / 2;
console.log(JSON.stringify({
  mode: "forward",
  median_s: median,
  min_s: seconds[0],
  tokens_per_s: (batch * length) / median,
  peak_rss_mb: process.resourceUsage().maxRSS / 1024,
  threads,
  largest_difference_from_torch: error,
  onnxruntime: createRequire(import.meta.url)("onnxruntime-node/package.json").version,
  node: process.version,
}));
