import { assert, assertEquals } from "@std/assert";
import bench from "../bench/deno.json" with { type: "json" };
import settings from "../deno.json" with { type: "json" };
import { batchesOf, PURE_TESTS } from "../.ci/test.ts";
import {
  denoLines,
  importCycles,
  impurities,
  skippedTests,
  type SourceFile,
  tooLong,
  wrongArrows,
  wrongName,
} from "./support/structure.ts";

const ROOT = new URL("..", import.meta.url);
const READ_ONLY = { permissions: { read: [ROOT] } };

Deno.test("repository: imports follow the arrows between the rooms", READ_ONLY, () => {
  assertEquals(sourceFiles().flatMap(wrongArrows), []);
});

Deno.test("repository: there is no import cycle, not even of types", READ_ONLY, () => {
  assertEquals(importCycles(sourceFiles()), []);
});

Deno.test("repository: one published file says Deno", READ_ONLY, () => {
  const files = sourceFiles().filter(isPublished).filter((file) => denoLines(file).length > 0);
  assertEquals(files.map((file) => file.path).length, 1, listOf(files));
});

Deno.test("repository: the pure rooms do no I/O and wait for nothing", READ_ONLY, () => {
  assertEquals(sourceFiles().flatMap(impurities), []);
});

Deno.test("repository: no file has over 400 lines of code", READ_ONLY, () => {
  assertEquals(sourceFiles().flatMap(tooLong), []);
});

Deno.test("repository: files are named for what they hold", READ_ONLY, () => {
  assertEquals(sourceFiles().flatMap((file) => wrongName(file.path)), []);
});

Deno.test("repository: every test always runs", READ_ONLY, () => {
  assertEquals(sourceFiles().flatMap(skippedTests), []);
});

Deno.test("repository: every task says what it does", () => {
  const silent = Object.entries(settings.tasks).filter(([, task]) => task.description.length < 10);
  assertEquals(silent, []);
});

Deno.test("repository: the benches are compiled as the rest, from the same packages", () => {
  assertEquals(bench.compilerOptions, settings.compilerOptions);
  // They need no packages that single entry points and tests bring along.
  const imports = Object.entries(settings.imports)
    .filter(([name]) => name in bench.imports || name.startsWith("@std/"))
    .map(([name, target]) => [name, target.replace(/^\.\//, "../")] as const);
  assertEquals(bench.imports, Object.fromEntries(imports));
});

Deno.test(
  "repository: tests/README.md names files and folders that are there, and every folder but rooms",
  READ_ONLY,
  async () => {
    const tests = new URL("tests/", ROOT);
    const text = await Deno.readTextFile(new URL("README.md", tests));
    const named = Array.from(text.matchAll(/`(\w[\w/]*(?:\.ts|\/))`/g), ([, path]) => path);
    assert(named.length > 20);
    for (const path of named) assert(Deno.statSync(new URL(path, tests)), path);
    const rooms = [...Deno.readDirSync(new URL("src", ROOT))].map(({ name }) => name);
    const folders = [...Deno.readDirSync(tests)].filter(({ isDirectory }) => isDirectory);
    const unnamed = folders.map(({ name }) => name).filter((name) => {
      return !rooms.includes(name) && !named.some((path) => path.startsWith(`${name}/`));
    });
    assertEquals(unnamed, []);
  },
);

Deno.test(
  "repository: ARCHITECTURE.md names files and rooms that are there",
  READ_ONLY,
  async () => {
    const text = await Deno.readTextFile(new URL("ARCHITECTURE.md", ROOT));
    const named = Array.from(text.matchAll(/`(\w[\w/]*(?:\.(?:ts|md)|\/))`/g), ([, path]) => path);
    assert(named.length > 40);
    const places = ["", "src/"].map((folder) => new URL(folder, ROOT));
    const missing = named.filter((path) => !places.some((place) => isThere(new URL(path, place))));
    assertEquals(missing, []);
  },
);

Deno.test(
  "repository: each test file runs once, either without permissions or live",
  READ_ONLY,
  () => {
    assertEquals(settings.permissions.unit, {});
    const [pure] = batchesOf("unit");
    assertEquals(pure.args, ["test", "-P=unit", ...PURE_TESTS]);
    const batches = [
      pure,
      ...(["live", "pace", "screen"] as const).flatMap((step) => batchesOf(step)),
    ];
    const files = pathsIn("tests").filter((path) => path.endsWith("_test.ts"));
    assert(files.length > 100);
    for (const path of files) {
      const running = batches.filter(({ args }) => runs(args, path)).map(({ name }) => name);
      assertEquals(running.length, 1, `${path} runs in ${running}`);
    }
  },
);

/** True if a file is run by `deno test` with these arguments. */
function runs(args: readonly string[], file: string): boolean {
  const isAmong = (paths: readonly string[]) =>
    paths.some((path) => file === path || file.startsWith(`${path}/`));
  const ignored = args.find((arg) => arg.startsWith("--ignore="))?.slice(9).split(",") ?? [];
  return isAmong(args.filter((arg) => arg.startsWith("tests"))) && !isAmong(ignored);
}

Deno.test("wrongArrows() allows what the rooms may know", () => {
  assertEquals(arrows("src/client/client.ts", `import { engine } from "../engine/engine.ts";`), []);
  assertEquals(arrows("src/commands/get.ts", `import { feed } from "../protocol/reply.ts";`), []);
  assertEquals(arrows("src/commands/get.ts", `import type { C } from "../codec/codec.ts";`), []);
  assertEquals(arrows("src/commands/get.ts", `import { type C } from "../codec/codec.ts";`), []);
  assertEquals(arrows("src/placement/continuum.ts", `import { crypto } from "@std/crypto";`), []);
  assertEquals(arrows("src/placement/libmc.ts", `import { ring } from "./continuum.ts";`), []);
  assertEquals(arrows("src/protocol/reply.ts", `import { E } from "../errors.ts";`), []);
  assertEquals(arrows("src/codec/zlib.ts", `import { inflateSync } from "node:zlib";`), []);
  assertEquals(arrows("mod.ts", `export * from "./src/client/client.ts";`), []);
  assertEquals(arrows("tests/client_test.ts", `import { x } from "../src/key.ts";`), []);
});

Deno.test("wrongArrows() finds a wrong arrow in every form of import", () => {
  const forms = [
    `import { a } from "../connection/dial.ts";`,
    `import type { A } from "../connection/dial.ts";`,
    `import "../connection/dial.ts";`,
    `export * from "../connection/dial.ts";`,
    `export { a } from "../connection/dial.ts";`,
    `const a = await import("../connection/dial.ts");`,
    `let a: import("../connection/dial.ts").A;`,
  ];
  for (const form of forms) {
    assertEquals(arrows("src/protocol/reply.ts", form), [
      'src/protocol/reply.ts:1 imports "../connection/dial.ts", but protocol must not know connection',
    ]);
  }
});

Deno.test("wrongArrows() keeps the packages of an entry point to it", () => {
  const text = `import { Command } from "commander";`;
  assertEquals(arrows("src/cli/run.ts", text), []);
  for (const path of ["mod.ts", "src/engine/engine.ts", "src/testing/mod.ts"]) {
    const [found] = arrows(path, text);
    assertEquals(found, `${path}:1 imports "commander", which is no package of the list`);
  }
});

Deno.test("wrongArrows() finds code where only types may be known", () => {
  const sentence = 'src/connection/queue.ts:2 imports "../commands/command.ts", ' +
    "but connection may know only types of commands";
  for (const form of ["import { a }", "import { type A, b }", "import a", "import", "export *"]) {
    const from = form === "import" ? "" : "from";
    const text = `\n${form} ${from} "../commands/command.ts";`;
    assertEquals(arrows("src/connection/queue.ts", text), [sentence]);
  }
});

Deno.test("wrongArrows() finds a way to the client from every inner room", () => {
  for (
    const room of ["protocol", "commands", "codec", "placement", "connection", "cluster", "testing"]
  ) {
    assertEquals(
      arrows(`src/${room}/a.ts`, `import type { C } from "../client/client.ts";`).length,
      1,
    );
    assertEquals(arrows(`src/${room}/a.ts`, `import { x } from "../extras.ts";`).length, 1);
  }
});

Deno.test("wrongArrows() finds packages that are not listed, and ways out of src", () => {
  for (const name of ["npm:memjs", "@libmc/libmc", "https://a.example/a.ts", "jsr:@std/assert"]) {
    assertEquals(arrows("src/client/client.ts", `import * as a from "${name}";`).length, 1, name);
  }
  assertEquals(arrows("src/client/client.ts", `import { a } from "../../tests/a.ts";`).length, 1);
  assertEquals(arrows("src/client/client.ts", "await import(name);").length, 1);
});

Deno.test("wrongArrows() finds a room that is not listed", () => {
  assertEquals(arrows("src/extras/a.ts", ""), [
    'src/extras/a.ts lies in the room "extras", which has no line in the list of rooms',
  ]);
});

Deno.test("wrongArrows() takes no example or text for an import", () => {
  const text =
    '/** import { a } from "../client/client.ts"; */\nconst a = `import "../client/client.ts"`;';
  assertEquals(arrows("src/placement/a.ts", text), []);
});

Deno.test("denoLines() finds Deno in code and in types, not in comments and texts", () => {
  const text = [
    "// Deno.connect",
    'const a = "Deno.connect";',
    "const b = Deno.connect;",
    "let c: Deno.Conn;",
    "globalThis.Deno;",
    "/** Deno.connect */",
  ].join("\n");
  assertEquals(denoLines({ path: "src/a.ts", text }), [3, 4, 5]);
});

Deno.test("impurities() finds I/O, timers and time in pure rooms only", () => {
  for (
    const text of ["setTimeout(f, 1);", "const t = performance.now();", "globalThis.fetch(a);"]
  ) {
    for (const room of ["protocol", "commands", "codec", "placement"]) {
      const [found, ...more] = impurities({ path: `src/${room}/a.ts`, text: `\n${text}` });
      assert(found?.startsWith(`src/${room}/a.ts:2 uses `) && found.endsWith(" is pure"), text);
      assertEquals(more, []);
    }
    assertEquals(impurities({ path: "src/connection/a.ts", text }), []);
  }
  assertEquals(impurities({ path: "src/placement/a.ts", text: "ring.fetch(); // setTimeout" }), []);
});

Deno.test("impurities() finds promises where nothing may wait", () => {
  for (const text of ["await f();", "let a: Promise<void>;"]) {
    assertEquals(impurities({ path: "src/protocol/a.ts", text }).length, 1);
    assertEquals(impurities({ path: "src/codec/a.ts", text }), []);
  }
});

Deno.test("tooLong() allows 400 lines of code and no more, blank ones and comments apart", () => {
  const comments = "/**\n * a\n\n  b\n */\n  // é 電 💧\n\n/* c */ // d\n";
  assertEquals(tooLong({ path: "a.ts", text: "a;\n".repeat(400) + comments }), []);
  assertEquals(tooLong({ path: "a.ts", text: comments + "a; // a\n".repeat(401) }), [
    "a.ts must have <= 400 lines of code: current length is 401",
  ]);
});

Deno.test("tooLong() takes for code what only looks like a comment", () => {
  const text = "const a = `\n// a\n`;\nconst b = a\n  * 2;\nclass C {\n  *d() {}\n}\n";
  const lines = text.split("\n").length - 1;
  const times = Math.floor(400 / lines);
  const rest = "a;\n".repeat(400 - times * lines);
  assertEquals(tooLong({ path: "a.ts", text: text.repeat(times) + rest }), []);
  assertEquals(tooLong({ path: "a.ts", text: `${text.repeat(times)}${rest}a;\n` }), [
    "a.ts must have <= 400 lines of code: current length is 401",
  ]);
});

Deno.test("importCycles() finds those of code and of types, each once", () => {
  const files = [
    file("src/a.ts", `import { b } from "./b.ts"; import { d } from "./room/d.ts";`),
    file("src/b.ts", `import type { C } from "./room/c.ts";`),
    file("src/room/c.ts", `export * from "../a.ts";`),
    file("src/room/d.ts", `let c: import("./c.ts").C;\nimport "./d.ts";`),
  ];
  assertEquals(importCycles(files), [
    "src/a.ts imports src/b.ts imports src/room/c.ts imports src/a.ts: a cycle",
    "src/room/d.ts imports src/room/d.ts: a cycle",
  ]);
});

Deno.test("importCycles() allows to import one file in several ways, and takes no text for an import", () => {
  const files = [
    file("src/a.ts", `import { b } from "./b.ts"; import { c } from "./c.ts"; import "node:net";`),
    file("src/b.ts", `import { c } from "./c.ts"; export { c } from "./c.ts";`),
    file("src/c.ts", `/** import { a } from "./a.ts"; */ const text = 'import "./a.ts"';`),
  ];
  assertEquals(importCycles(files), []);
});

function file(path: string, text: string): SourceFile {
  return { path, text };
}

Deno.test("wrongName() refuses names that say nothing", () => {
  const wrong = [
    "src/utils.ts",
    "src/util.ts",
    "a/key_helpers.ts",
    "manager.ts",
    "a/Key.ts",
    "a-b.ts",
  ];
  for (const path of wrong) assertEquals(wrongName(path).length, 1, path);
  for (const path of ["src/key.ts", "a/mod.d.ts", "a/md5_test.ts", "a/utilisation.ts"]) {
    assertEquals(wrongName(path), []);
  }
});

Deno.test("skippedTests() finds every way not to run a test", () => {
  const wrong = [
    `Deno.test.only("a", () => {});`,
    `Deno.test.ignore("a", () => {});`,
    `Deno.test.skip("a", () => {});`,
    `Deno.test({ name: "a", only: true, fn() {} });`,
    `Deno.test("a", { ignore: slow }, () => {});`,
    `Deno.test("a", { "ignore": slow }, () => {});`,
    `await t.step({ name: "a", ignore: true, fn() {} });`,
  ];
  for (const text of wrong) {
    const [found, ...more] = skippedTests({ path: "tests/a_test.ts", text: `\n${text}` });
    assert(found?.startsWith("tests/a_test.ts:2 has a test that does not always run: "), text);
    assertEquals(more, []);
  }
  const right = `Deno.test("only", { permissions: "none" }, () => skip({ ignore: 1 }));`;
  assertEquals(skippedTests({ path: "tests/a_test.ts", text: right }), []);
});

function arrows(path: string, text: string): string[] {
  return wrongArrows({ path, text });
}

function isPublished(file: SourceFile): boolean {
  return /^(?:mod\.ts$|src\/)/.test(file.path);
}

function isThere(path: URL): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** Every TypeScript file of the repository. */
function sourceFiles(): SourceFile[] {
  const paths = ["mod.ts", ...["src", "tests", "bench", ".ci"].flatMap(pathsIn)];
  assert(paths.length > 20, "the repository's files were not found");
  return paths.map((path) => ({ path, text: Deno.readTextFileSync(new URL(path, ROOT)) }));
}

function pathsIn(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? pathsIn(path) : /\.tsx?$/.test(name) ? [path] : [];
  });
}

function listOf(files: SourceFile[]): string {
  const lines = files.flatMap((file) => denoLines(file).map((line) => `${file.path}:${line}`));
  return `Deno is named in ${lines.join(", ") || "no file"}`;
}
