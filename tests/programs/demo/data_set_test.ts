import { assert, assertEquals } from "@std/assert";
import { wrongKeys } from "./compare.ts";
import { bytesOf, readDataSet, sameBytes } from "./data_set.ts";

Deno.test("readDataSet() takes every file as bytes, and lines of source as records", async () => {
  await using folder = await Folder.make();
  await folder.write("mod.ts", "const a = 1;\n\n  // ä\n");
  await folder.write("src/deep/b.ts", "b");
  await folder.write("tests/c.ts", "not source");
  await folder.write("name with ä %20.bin", new Uint8Array([0, 13, 10, 255]));
  await folder.write(".git/config", "left out");
  await folder.write("node_modules/d/d.ts", "left out");
  const data = await readDataSet(folder.url, "demo:");
  assertEquals(Array.from(data.items.keys()).sort(), [
    "file:mod.ts",
    "file:name%20with%20%C3%A4%20%2520.bin",
    "file:src/deep/b.ts",
    "file:tests/c.ts",
    "line:mod.ts:1",
    "line:mod.ts:3",
    "line:src/deep/b.ts:1",
  ]);
  assertEquals(data.items.get("line:mod.ts:3")!.value, { file: "mod.ts", line: 3, text: "  // ä" });
  assertEquals(
    data.items.get("file:name%20with%20%C3%A4%20%2520.bin")!.value,
    new Uint8Array([0, 13, 10, 255]),
  );
  assertEquals([data.files, data.records, data.skipped], [4, 3, []]);
  const bytes = Array.from(data.items.values()).reduce((sum, item) => sum + item.bytes.length, 0);
  assertEquals(data.bytes, bytes);
});

Deno.test("readDataSet() leaves out what cannot be one item, and says so", async () => {
  await using folder = await Folder.make();
  await folder.write("large.bin", new Uint8Array(1_000_001));
  await folder.write("largest.bin", new Uint8Array(1_000_000));
  await folder.write(`${"long/".repeat(50)}a.ts`, "a");
  const data = await readDataSet(folder.url, "demo:");
  assertEquals(Array.from(data.items.keys()), ["file:largest.bin"]);
  assertEquals(data.skipped, [
    "large.bin: it has over 1,000,000 bytes",
    `${"long/".repeat(50)}a.ts: its path is too long for a key`,
  ]);
});

Deno.test("wrongKeys() finds what is missing, and what differs in one byte", async () => {
  await using folder = await Folder.make();
  await folder.write("mod.ts", "const a = 1;");
  await folder.write("b.bin", new Uint8Array([1, 2, 3]));
  await folder.write("c.bin", new Uint8Array([1, 2, 3]));
  const data = await readDataSet(folder.url, "");
  const keys = Array.from(data.items.keys());
  const right = new Map<string, unknown>(keys.map((key) => [key, data.items.get(key)!.value]));
  assertEquals(wrongKeys(data, keys, right), []);

  const wrong = new Map(right);
  wrong.delete("file:b.bin");
  wrong.set("file:c.bin", new Uint8Array([1, 2, 4]));
  wrong.set("line:mod.ts:1", { file: "mod.ts", line: 1, text: "const a = 2;" });
  assertEquals(wrongKeys(data, keys, wrong), ["file:b.bin", "file:c.bin", "line:mod.ts:1"]);
});

Deno.test("sameBytes() sees a byte too few, too many, or different", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  assert(sameBytes(new Uint8Array([1, 2, 3]), bytes));
  for (const other of [[], [1, 2], [1, 2, 3, 0], [1, 2, 0], [0, 2, 3]]) {
    assertEquals(sameBytes(new Uint8Array(other), bytes), false, `${other}`);
  }
  assertEquals(sameBytes(undefined, bytes), false);
  assertEquals(sameBytes(bytesOf("text"), bytes), false);
});

/** A folder that is gone afterwards. */
class Folder implements AsyncDisposable {
  readonly #path: string;

  static async make(): Promise<Folder> {
    return new Folder(await Deno.makeTempDir());
  }

  private constructor(path: string) {
    this.#path = path;
  }

  get url(): URL {
    return new URL(`file://${this.#path}/`);
  }

  async write(path: string, content: string | Uint8Array): Promise<void> {
    const place = `${this.#path}/${path}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(place, content);
    else await Deno.writeFile(place, content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}
