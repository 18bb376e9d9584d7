import { assert, assertEquals } from "@std/assert";
import { madePerCall } from "../support/made_per_call.ts";
import type { SourceFile } from "../support/structure.ts";

const ROOMS = [
  "client",
  "cluster",
  "commands",
  "connection",
  "engine",
  "operations",
  "placement",
  "placement/hashes",
  "protocol",
];

Deno.test("repository: no function on the way of a call makes generator functions or classes", async () => {
  const root = new URL("../../", import.meta.url);
  const files: SourceFile[] = [];
  for (const room of ROOMS) {
    for await (const { name, isFile } of Deno.readDir(new URL(`src/${room}/`, root))) {
      if (isFile) files.push(await read(root, `src/${room}/${name}`));
    }
  }
  assert(files.length > 40, `${files.length} files were found`);
  assertEquals(files.flatMap(madePerCall), []);
});

Deno.test("madePerCall() finds generator functions and classes in functions of every kind", () => {
  const wrong = [
    "function f() { return function* () {}; }",
    "function f() { function* g() {} }",
    "const f = () => function* () {};",
    "const f = () => ({ *g() {} });",
    "const f = async () => { if (a) { return async function* () {}; } };",
    "class A { m() { return (function* () {})(); } }",
    "class A { *m() { yield* (function* () {})(); } }",
    "class A { #m = () => function* () {}; }",
    "class A { get m() { return class {}; } }",
    "function f() { class B {} }",
    "const f = () => class {};",
    "const f = () => class { *g() {} };",
  ];
  for (const text of wrong) {
    const found = madePerCall({ path: "src/client/a.ts", text: `// one\n${text}\n` });
    assert(found.length > 0, text);
    assert(found.every((breach) => breach.startsWith("src/client/a.ts:2 makes a ")), `${found}`);
  }
});

Deno.test("madePerCall() allows those of a module, and methods of a class", () => {
  const right = [
    "function* f() {}",
    "export async function* f() {}",
    "const f = function* () {};",
    "class A { *m() {} static *n() {} async *[Symbol.asyncIterator]() {} }",
    "const o = { *m() {} };",
    "const f = () => function () {};",
    "// function f() { return class {}; }",
  ];
  for (const text of right) assertEquals(madePerCall({ path: "a.ts", text }), [], text);
});

async function read(root: URL, path: string): Promise<SourceFile> {
  return { path, text: await Deno.readTextFile(new URL(path, root)) };
}
