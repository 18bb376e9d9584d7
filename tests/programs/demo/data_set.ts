/**
 * Real data to store: every file of the repository as bytes, and a JSON record for each line of its source
 * code.
 *
 * Each item keeps the bytes that its value is made of, so that what comes back is compared byte by byte.
 */

import { MAX_KEY_BYTES } from "../../../src/key.ts";
import { count } from "./figures.ts";

/** A line of a file. */
export interface LineRecord {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** A value, and the bytes it must come back as. */
export interface Item {
  readonly value: Uint8Array | LineRecord;
  readonly bytes: Uint8Array;
}

/** What the demo stores. */
export interface DataSet {
  readonly items: ReadonlyMap<string, Item>;
  readonly files: number;
  readonly records: number;
  /** Bytes of all values. */
  readonly bytes: number;
  /** Files that were left out, each with the reason. */
  readonly skipped: readonly string[];
}

/** Reads the data set. `prefix` is what the client will put before its keys, and counts for their length. */
export async function readDataSet(root: URL, prefix: string): Promise<DataSet> {
  const items = new Map<string, Item>();
  const skipped: string[] = [];
  let files = 0;
  let bytes = 0;
  for (const path of await pathsIn(root, "")) {
    const data = await readSmall(new URL(encodePath(path), root));
    const reason = typeof data === "string" ? data : reasonToSkip(path, prefix, data, bytes);
    if (typeof data === "string" || reason !== undefined) {
      skipped.push(`${path}: ${reason}`);
      continue;
    }
    items.set(`file:${encodePath(path)}`, { value: data, bytes: data });
    files++;
    bytes += data.length;
    if (SOURCE.test(path)) bytes += addLines(items, path, new TextDecoder().decode(data), files);
  }
  return { items, files, records: items.size - files, bytes, skipped };
}

/** The bytes that a value which came back is made of; undefined for what the demo never stored. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === "object" && value !== null
    ? new TextEncoder().encode(JSON.stringify(value))
    : undefined;
}

/** True if both have the same bytes. */
export function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (a === undefined || a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

/** An item of memcached has 1 MiB at most, its key and some bytes of the server's own included. */
const MAX_FILE_BYTES = 1_000_000;

/** A memcached has 64 MiB unless told otherwise: nothing may be evicted. */
const MAX_BYTES = 32_000_000;

/** As many as can be stored, read and compared many times in a few seconds. */
const MAX_RECORDS = 20_000;

/** What a record's key has beside the path: `line:`, `:` and the number. */
const KEY_ROOM = 20;

const SOURCE = /^(?:mod|src\/.+)\.ts$/;
const LEFT_OUT: ReadonlySet<string> = new Set([".git", "node_modules", "coverage"]);

/** Reads a file that is no larger than an item; else gives the reason. */
async function readSmall(place: URL): Promise<Uint8Array | string> {
  try {
    const { size } = await Deno.stat(place);
    return size > MAX_FILE_BYTES
      ? `it has over ${count(MAX_FILE_BYTES)} bytes`
      : await Deno.readFile(place);
  } catch (error) {
    // Other programs work in this folder too: a file may be gone by now.
    return `it cannot be read (${error instanceof Error ? error.name : error})`;
  }
}

function reasonToSkip(
  path: string,
  prefix: string,
  data: Uint8Array,
  before: number,
): string | undefined {
  if (data.length > MAX_FILE_BYTES) return `it has over ${count(MAX_FILE_BYTES)} bytes`;
  if (before + data.length > MAX_BYTES) return `over ${count(MAX_BYTES)} bytes in all`;
  const length = prefix.length + encodePath(path).length + KEY_ROOM;
  return length > MAX_KEY_BYTES ? "its path is too long for a key" : undefined;
}

/** Adds a record for each line that is not empty, and gives the bytes of what it added. */
function addLines(items: Map<string, Item>, path: string, text: string, files: number): number {
  let added = 0;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "" || items.size - files >= MAX_RECORDS) continue;
    const value: LineRecord = { file: path, line: index + 1, text: line };
    const bytes = bytesOf(value)!;
    items.set(`line:${encodePath(path)}:${value.line}`, { value, bytes });
    added += bytes.length;
  }
  return added;
}

/** A path as it may stand in a key and in a URL: no space, no line end, ASCII only. */
function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** Paths of all files in a folder, in order. */
async function pathsIn(root: URL, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, isDirectory, isFile } of await entriesOf(new URL(encodePath(folder), root))) {
    if (LEFT_OUT.has(name)) continue;
    if (isFile) paths.push(folder + name);
    else if (isDirectory) paths.push(...await pathsIn(root, `${folder}${name}/`));
  }
  return paths.sort();
}

async function entriesOf(folder: URL): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    // As a file, a folder may be gone by now.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
