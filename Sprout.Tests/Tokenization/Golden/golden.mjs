// Writes cases.jsonl, pairs.json and hashes.json beside itself: what Hugging Face's Rust tokenizers (npm package `tokenizers`) give.
// Run: npm install tokenizers@0.23.2 && node golden.mjs SHARED_FOLDER
import tokenizers from "tokenizers";
import crypto from "crypto";
import fs from "fs";
import path from "path";

const shared = process.argv[2];
const here = import.meta.dirname;
const text = String.fromCodePoint;
const isScalar = (c) => c < 0xd800 || c > 0xdfff;
const plain = { addSpecialTokens: false };

// The sweep vocabulary: five special tokens, then every code point of two planes as a word and as a continuation.
const vocab = {};
for (const token of ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]) vocab[token] = Object.keys(vocab).length;
let id = 5;
for (let c = 0x21; c < 0x20000; c++) {
  if (!isScalar(c)) continue;
  vocab[text(c)] = id++;
  vocab[`##${text(c)}`] = id++;
}
const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map((content, i) => ({ id: i, content, ...flags }));
const added = [
  { content: "Theing", normalized: true }, { content: "HELLO", normalized: true, single_word: true },
  { content: "the", normalized: true, lstrip: true, rstrip: true }, { content: "<x>", single_word: true, lstrip: true }, { content: "<xy", rstrip: true },
].map((token, i) => ({ id: id + i, ...flags, special: false, ...token }));
function sweep([clean_text, handle_chinese_chars, strip_accents, lowercase], extra = []) {
  const [cls, sep, a, b] = [{ SpecialToken: { id: "[CLS]", type_id: 0 } }, { SpecialToken: { id: "[SEP]", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }];
  return tokenizers.Tokenizer.fromString(JSON.stringify({
    version: "1.0", truncation: null, padding: null, added_tokens: [...special, ...extra],
    normalizer: { type: "BertNormalizer", clean_text, handle_chinese_chars, strip_accents, lowercase },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "TemplateProcessing", single: [cls, a, sep], pair: [cls, a, sep, b, { SpecialToken: { id: "[SEP]", type_id: 1 } }],
      special_tokens: { "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] }, "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] } } },
    decoder: null,
    model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", max_input_chars_per_word: 100, vocab },
  }));
}
const configs = { uncased: [true, true, null, true], cased: [true, true, null, false], raw: [false, false, false, false], lower: [true, true, false, true], strip: [false, true, true, false] };

let seed = 7;
function random(n) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
}
const pools = [[0x20, 0x7e], [0x20, 0x7e], [0, 0x2ff], [0x300, 0x36f], [0x370, 0x5ff], [0x600, 0x8c9], [0x900, 0xfff], [0x1100, 0x11ff], [0xac00, 0xd7a3], [0x1e00, 0x20ff], [0x2000, 0x2e42], [0x3040, 0x30ff], [0x4e00, 0x4eff], [0xf900, 0xffff], [0x1f300, 0x1f6ff], [0x2f800, 0x2fa1f], [0xe0000, 0xe01ef]];
const bits = ["[SEP]", "[MASK]", "[sep]", " ", "\t", "\u2003", "Theing", "hello", "Hello", "the", "THE", "<x>", "<xy", "_", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}", "a\u0301\u0323", "\u1100\u1161\u11a8", "\u0130", "\u00df", "\u03a3\u03c2", "x".repeat(100), "y".repeat(101), "\u00e9".repeat(100), "\u{1F468}".repeat(100), "\u{1F468}".repeat(101), "\u05e9\u05c1", "\ufeff", "\u00ad", "\u0085", "\u000b", "\u0000"];
// Canonical ordering among combining characters that are not stripped; the library's offsets wander there, so ids only.
const combining = [0x1b44, 0x11446, 0x1e94a, 0x1d165, 0x302e, 0x1d16d, 0x8d4, 0x1e000, 0x1e944, 0x301, 0x34f, 0x7a6, 0x345, 0x61, 0x1100, 0x1161, 0x1d15f, 0x1d164, 0xf73, 0x344, 0x903, 0x9cb, 0x1b40, 0xad, 0];
const mixed = () => Array.from({ length: 1 + random(14) }, () => {
  if (random(4) === 0) return bits[random(bits.length)];
  const [a, b] = pools[random(pools.length)];
  return text(a + random(b - a + 1));
}).join("");
const marks = () => Array.from({ length: 2 + random(8) }, () => text(combining[random(combining.length)])).join("");

const escaped = (value) => JSON.stringify(value).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
const lines = [];
for (const [config, make, count] of [["uncased", mixed, 200], ["cased", mixed, 60], ["uncased", marks, 80]]) {
  const tokenizer = sweep(configs[config], added);
  for (let i = 0; i < count; i++) {
    const value = make();
    const e = await tokenizer.encode(value, null, plain);
    lines.push(`{"config":"${config}","text":${escaped(value)},"ids":${JSON.stringify(e.getIds())},"spans":${make === marks ? "null" : JSON.stringify(e.getOffsets().flat())}}`);
  }
}
fs.writeFileSync(path.join(here, "cases.jsonl"), lines.join("\n") + "\n");

const pairs = [];
const tokenizer = sweep(configs.uncased);
for (const max of [3, 4, 5, 8, 9, 12]) {
  tokenizer.setTruncation(max);
  for (const a of [0, 1, 3, 4, 5, 9]) {
    for (const b of [0, 1, 3, 4, 5, 9]) {
      // Version 0.23 cuts each text to `max` before it compares them, and so takes two long ones for equal; the rule is that of all before.
      if (a >= max && b >= max) continue;
      const e = await tokenizer.encode(", ".repeat(a), ". ".repeat(b));
      pairs.push([a, b, max, e.getIds().filter((t) => t === vocab[","]).length, e.getIds().filter((t) => t === vocab["."]).length]);
    }
  }
}
fs.writeFileSync(path.join(here, "pairs.json"), `[\n${pairs.map((p) => JSON.stringify(p)).join(",\n")}\n]\n`);

const hashes = {};
for (const [name, config] of Object.entries(configs)) {
  const sweeper = sweep(config);
  for (let plane = 0; plane < 17; plane++) {
    const hash = crypto.createHash("sha256");
    for (let page = 0; page < 256; page++) {
      const values = [];
      for (let c = (plane << 16) | (page << 8); values.length < 256 && isScalar(c); c++) values.push(`a${text(c)}b ${text(c)}`);
      for (const e of await sweeper.encodeBatch(values, plain)) hash.update(`${e.getIds()} ${e.getOffsets().flat()}\n`);
    }
    hashes[`${name}/${plane}`] = hash.digest("hex");
  }
}
for (const model of ["all-MiniLM-L6-v2", "bert-base-uncased-tokenizer"]) {
  const t = tokenizers.Tokenizer.fromFile(path.join(shared, "models", model, "tokenizer.json"));
  t.disableTruncation();
  t.disablePadding();
  for (const file of fs.readdirSync(path.join(shared, "data"), { recursive: true }).sort()) {
    if (!/\.(tsv|csv|txt|json)$/.test(file)) continue;
    const rows = fs.readFileSync(path.join(shared, "data", file), "utf8").split("\n");
    const hash = crypto.createHash("sha256");
    for (let i = 0; i < rows.length; i += 1000) {
      for (const e of await t.encodeBatch(rows.slice(i, i + 1000), plain)) hash.update(`${e.getIds()}\n`);
    }
    hashes[`${model}/${file}`] = hash.digest("hex");
  }
}
fs.writeFileSync(path.join(here, "hashes.json"), JSON.stringify(hashes, null, 1) + "\n");
