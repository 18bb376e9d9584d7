// Records what npm's memcached and memjs store, and what they read of what this client stores.
// Usage: npm.cjs PORT OURS FOLDER, with both packages in NODE_PATH.
const { readFileSync, writeFileSync } = require("node:fs");
const { connect } = require("node:net");
const { promisify } = require("node:util");
const Memcached = require("memcached");
const memjs = require("memjs");

const [port, oursPath, folder] = process.argv.slice(2);
const ours = JSON.parse(readFileSync(oursPath, "utf8"));
const socket = connect(Number(port), "127.0.0.1");

/** Sends bytes, and gives the reply once it ends in one of these words. */
function ask(bytes, ends) {
  return new Promise((resolve) => {
    let reply = Buffer.alloc(0);
    const listen = (data) => {
      reply = Buffer.concat([reply, data]);
      if (!ends.some((end) => reply.subarray(-end.length).toString() === end)) return;
      socket.off("data", listen);
      resolve(reply);
    };
    socket.on("data", listen);
    socket.write(bytes);
  });
}

async function stored(key) {
  const reply = await ask(`get ${key}\r\n`, ["\r\nEND\r\n"]);
  const start = reply.indexOf("\n") + 1;
  const [, , flags, length] = reply.subarray(0, start - 2).toString().split(" ");
  return { flags: Number(flags), b64: reply.subarray(start, start + Number(length)).toString("base64") };
}

async function put(key, flags, data) {
  const head = Buffer.from(`set ${key} ${flags} 0 ${data.length}\r\n`);
  const reply = await ask(Buffer.concat([head, data, Buffer.from("\r\n")]), ["\r\n"]);
  if (reply.toString() !== "STORED\r\n") throw new Error(`${key}: ${reply}`);
}

function typed(value) {
  if (value === null) return { null: true };
  if (typeof value === "boolean") return { bool: value };
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !Object.is(value, -0)
      ? { int: String(value) }
      : { float: Object.is(value, -0) ? "-0.0" : String(value) };
  }
  if (typeof value === "string") return { text: value };
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return { list: value.map(typed) };
  return { pairs: Object.entries(value).map(([key, part]) => [typed(key), typed(part)]) };
}

async function record(name, by, values, set, get) {
  const written = [];
  for (const [number, value] of values.entries()) {
    const key = `${name}-${number}`;
    await set(key, value);
    written.push({ value: typed(value), ...await stored(key) });
  }
  const read = [];
  for (const [number, item] of ours[name].entries()) {
    const key = `ours-${name}-${number}`;
    await put(key, item.flags, Buffer.from(item.b64, "base64"));
    read.push({ ...item, value: typed(await get(key)) });
  }
  writeFileSync(`${folder}/${name}.jsonl`, JSON.stringify({ by, written, read }));
}

const TEXTS = ["", "text", "Grüße, 世界 🌍", "line\nline", "a\r\nEND\r\n", "back\\slash\\\nline", "\0", "1"];
const BYTES = ["", "bytes", "a\r\nb", "\\\n"].map((text) => Buffer.from(text));
const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const OTHERS = [
  0, 1, -1, 42, 2 ** 53, 1.5, 0.1, 1e21, 5e-324, Infinity, -Infinity, NaN, true, false, null, [],
  [1, "two", null, true, 4.5, [6]], {}, { id: 7, tags: ["a", "b"], nested: { deep: [null], line: "a\r\nb" } },
];

async function main() {
  const old = new Memcached(`127.0.0.1:${port}`);
  const [oldSet, oldGet] = [promisify(old.set.bind(old)), promisify(old.get.bind(old))];
  const oldVersion = require("memcached/package.json").version;
  await record(
    "nodeMemcached",
    `npm's memcached ${oldVersion}`,
    [...TEXTS, ...BYTES, ALL_BYTES, ...OTHERS],
    (key, value) => oldSet(key, value, 0),
    oldGet,
  );
  old.end();
  const client = memjs.Client.create(`127.0.0.1:${port}`);
  const version = require("memjs/package.json").version;
  const asked = async (key) => (await client.get(key)).value;
  const set = (key, value) => client.set(key, value, {});
  await record("memjs", `npm's memjs ${version}`, [...TEXTS, ...BYTES, ALL_BYTES], set, asked);
  client.close();
  socket.end();
}

main();
