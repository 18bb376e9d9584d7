/**
 * The rules of the repository's structure, as functions of files: which room may import which, where `Deno` may be
 * named, how long a file may be, what it may not be called. Files are parsed, not searched, so that comments and texts
 * never count. Each rule answers with one plain sentence per breach.
 */

/** A file of the repository. */
export interface SourceFile {
  /** Path from the repository's root, as in `src/placement/hashes/md5.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Rooms that a room may import; behind `types`, those of which it may import types only. */
interface Arrows {
  readonly code: readonly string[];
  readonly types?: readonly string[];
}

const ROOMS = new Map<string, Arrows>([
  ["protocol", { code: [] }],
  ["codec", { code: [] }],
  ["placement", { code: [] }],
  ["key", { code: [] }],
  ["errors", { code: [] }],
  ["thrown", { code: [] }],
  ["bounded_map", { code: [] }],
  ["clock", { code: [] }],
  ["checks", { code: [] }],
  ["prefix_bytes", { code: [] }],
  ["version", { code: [] }],
  ["observe", { code: ["transports"], types: ["connection", "placement"] }],
  ["transports", { code: [] }],
  ["commands", { code: ["key", "protocol"], types: ["codec"] }],
  ["connection", { code: ["protocol"], types: ["commands", "transports"] }],
  ["cluster", {
    code: ["connection", "placement"],
    types: ["commands", "observe", "transports"],
  }],
  ["error_copy", { code: [] }],
  ["engine", {
    code: [
      "cluster",
      "codec",
      "commands",
      "key",
      "observe",
      "placement",
    ],
    types: ["protocol", "transports"],
  }],
  ["operations", {
    code: ["codec", "commands", "engine", "key"],
    types: ["observe", "protocol"],
  }],
  ["client", { code: ["engine", "operations"], types: ["cluster", "commands", "observe"] }],
  ["discovery", { code: [], types: ["commands", "engine", "transports"] }],
  ["testing", { code: ["protocol"] }],
  ["adapters", { code: ["mod"] }],
  ["cli", { code: ["mod", "placement", "transports"] }],
  ["otel", { code: ["mod"] }],
  ["mod", {
    code: ["client", "codec", "discovery", "engine", "observe", "transports"],
    types: ["cluster", "commands", "connection", "operations", "placement"],
  }],
]);

/** Small files that every room may import. */
const SHARED: readonly string[] = [
  "errors",
  "error_copy",
  "thrown",
  "clock",
  "checks",
  "bounded_map",
  "prefix_bytes",
  "version",
];

/** Packages that published code may import. */
const PACKAGES = /^(?:@std\/(?:assert|crypto|encoding|streams)|node:[a-z_/]+)$/;

/** Packages that only one room may import: an entry point of its own, so that nobody else fetches them. */
const OWN_PACKAGES = new Map([
  ["otel", /^@opentelemetry\/api$/],
  ["cli", /^(?:commander|console-table-printer|uplot)$/],
]);

const FORBIDDEN_NAME = /(?:^|[_.])(?:utils?|helpers?|managers?)(?:[_.]|$)/;

const MAX_LINES = 400;

/** Breaches of the arrows between the rooms of `src` and `mod.ts`. */
export function wrongArrows(file: SourceFile): string[] {
  const room = roomOf(file.path);
  if (room === undefined) return [];
  const arrows = ROOMS.get(room);
  if (arrows === undefined) {
    return [`${file.path} lies in the room "${room}", which has no line in the list of rooms`];
  }
  return importsOf(file).flatMap((found) => {
    const place = `${file.path}:${found.line} imports "${found.specifier}"`;
    if (!found.specifier.startsWith(".")) {
      const isAllowed = PACKAGES.test(found.specifier) ||
        OWN_PACKAGES.get(room)?.test(found.specifier) === true;
      return isAllowed ? [] : [`${place}, which is no package of the list`];
    }
    const target = roomOf(resolve(file.path, found.specifier));
    if (target === undefined) return [`${place}, which lies outside src`];
    if (target === room || SHARED.includes(target) || arrows.code.includes(target)) return [];
    if (!arrows.types?.includes(target)) return [`${place}, but ${room} must not know ${target}`];
    return found.typesOnly ? [] : [`${place}, but ${room} may know only types of ${target}`];
  });
}

/** Lines of a file where the global `Deno` is named, in code or in a type. */
export function denoLines(file: SourceFile): number[] {
  const lines = new Set<number>();
  visit(file, (lineOf) => ({
    Identifier(node) {
      if (node.name === "Deno") lines.add(lineOf(node));
    },
  }));
  return [...lines];
}

/** Breaches of purity: what does I/O, tells the time or waits, in a room that may not. */
export function impurities(file: SourceFile): string[] {
  const room = roomOf(file.path) ?? "";
  if (!PURE_ROOMS.includes(room)) return [];
  const breaches: string[] = [];
  visit(file, (lineOf) => {
    function add(node: Placed, name: string): void {
      breaches.push(`${file.path}:${lineOf(node)} uses ${name}, but ${room} is pure`);
    }
    return {
      Identifier(node) {
        const isMember = node.parent.type === "MemberExpression" && node.parent.object !== node;
        if (IMPURE_NAMES.has(node.name) && !isMember) add(node, node.name);
        if (node.name === "Promise" && UNWAITING_ROOMS.includes(room)) add(node, node.name);
      },
      AwaitExpression(node) {
        if (UNWAITING_ROOMS.includes(room)) add(node, "await");
      },
    };
  });
  return breaches;
}

const PURE_ROOMS: readonly string[] = ["protocol", "commands", "codec", "placement", "key"];
const UNWAITING_ROOMS: readonly string[] = ["protocol", "placement", "key"];
const IMPURE_NAMES: ReadonlySet<string> = new Set([
  "Deno",
  "WebSocket",
  "Worker",
  "console",
  "fetch",
  "globalThis",
  "performance",
  "queueMicrotask",
  "setInterval",
  "setTimeout",
]);

/** Breach of the greatest length of a file, in lines of code: blank ones and comments do not count. */
export function tooLong(file: SourceFile): string[] {
  const lines = codeOf(file).split("\n").filter((line) => line.trim() !== "").length;
  return lines > MAX_LINES
    ? [`${file.path} must have <= ${MAX_LINES} lines of code: current length is ${lines}`]
    : [];
}

/** Import cycles among files, types included: one sentence for each that is met. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(files.map((file) => [file.path, localImportsOf(file)]));
  const done = new Set<string>();
  const way: string[] = [];
  const cycles: string[] = [];
  function follow(path: string): void {
    const start = way.indexOf(path);
    if (start >= 0) cycles.push(`${[...way.slice(start), path].join(" imports ")}: a cycle`);
    if (start >= 0 || done.has(path)) return;
    way.push(path);
    for (const target of targets.get(path) ?? []) follow(target);
    way.pop();
    done.add(path);
  }
  for (const path of targets.keys()) follow(path);
  return cycles;
}

function localImportsOf(file: SourceFile): Set<string> {
  const specifiers = importsOf(file).map(({ specifier }) => specifier);
  return new Set(
    specifiers.filter((specifier) => specifier.startsWith("."))
      .map((specifier) => resolve(file.path, specifier)),
  );
}

/** Breach of the names a file may have: one that says nothing collects everything. */
export function wrongName(path: string): string[] {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (FORBIDDEN_NAME.test(name)) return [`${path} must be named for what it holds`];
  return /^[a-z0-9_.]+$/.test(name) ? [] : [`${path} must be named in snake_case`];
}

/** Tests and steps that do not always run: `only`, `ignore` and `skip`, as methods or as options. */
export function skippedTests(file: SourceFile): string[] {
  const breaches: string[] = [];
  visit(file, (lineOf) => ({
    CallExpression(node) {
      const callee = textOf(file, node.callee);
      const words = CONDITIONAL_TEST.test(callee) ? [callee] : [];
      if (TEST_OR_STEP.test(callee)) words.push(...node.arguments.flatMap(conditionalOptions));
      for (const word of words) {
        breaches.push(`${file.path}:${lineOf(node)} has a test that does not always run: ${word}`);
      }
    },
  }));
  return breaches;
}

const TEST_OR_STEP = /(?:\btest|\.step)$/;
const CONDITIONAL_TEST = /(?:\btest|\.step)\.(?:only|ignore|skip)$/;

function conditionalOptions(argument: Deno.lint.CallExpression["arguments"][number]): string[] {
  if (argument.type !== "ObjectExpression") return [];
  return argument.properties.flatMap((property) => {
    if (property.type !== "Property") return [];
    const { key } = property;
    const name = key.type === "Identifier" ? key.name : key.type === "Literal" ? key.value : "";
    return name === "only" || name === "ignore" ? [name] : [];
  });
}

/** The room of a path: a folder of `src`, a named file in it, else the client, which joins all rooms. */
function roomOf(path: string): string | undefined {
  if (path === "mod.ts") return "mod";
  const match = /^src\/(?:([^/]+)\/.+|([^/]+)\.ts)$/.exec(path);
  if (match === null) return undefined;
  const [, folder, name] = match;
  return folder ?? (name !== undefined && ROOMS.has(name) ? name : "client");
}

interface Import {
  readonly specifier: string;
  readonly typesOnly: boolean;
  readonly line: number;
}

function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  visit(file, (lineOf) => {
    function add(node: Placed, specifier: unknown, typesOnly: boolean): void {
      found.push({ specifier: String(specifier), typesOnly, line: lineOf(node) });
    }
    return {
      ImportDeclaration(node) {
        const parts = node.specifiers;
        const typesOnly = node.importKind === "type" ||
          parts.length > 0 &&
            parts.every((part) => part.type === "ImportSpecifier" && part.importKind === "type");
        add(node, node.source.value, typesOnly);
      },
      ExportNamedDeclaration(node) {
        if (node.source !== null) add(node, node.source.value, node.exportKind === "type");
      },
      ExportAllDeclaration(node) {
        add(node, node.source.value, node.exportKind === "type");
      },
      ImportExpression(node) {
        add(node, node.source.type === "Literal" ? node.source.value : "(computed)", false);
      },
      "TSImportType Literal"(node) {
        add(node, node.value, true);
      },
    };
  });
  return found;
}

function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

interface Placed {
  readonly range: Deno.lint.Range;
}

/** Walks the syntax tree of a file, with the parser that `deno lint` uses. */
function visit(
  file: SourceFile,
  visitorFor: (lineOf: (node: Placed) => number) => Deno.lint.LintVisitor,
): void {
  function lineOf(node: Placed): number {
    return file.text.slice(0, node.range[0]).split("\n").length;
  }
  Deno.lint.runPlugin(
    { name: "structure", rules: { rule: { create: () => visitorFor(lineOf) } } },
    file.path,
    file.text,
  );
}

/** The text of a file without its comments; lines stay. */
function codeOf(file: SourceFile): string {
  let code = "";
  let at = 0;
  Deno.lint.runPlugin(
    {
      name: "structure",
      rules: {
        rule: {
          create: ({ sourceCode }) => ({
            Program() {
              for (const { range: [start, end] } of sourceCode.getAllComments()) {
                code += file.text.slice(at, start);
                at = end;
              }
            },
          }),
        },
      },
    },
    file.path,
    file.text,
  );
  return code + file.text.slice(at);
}

function textOf(file: SourceFile, node: Placed): string {
  return file.text.slice(node.range[0], node.range[1]);
}
