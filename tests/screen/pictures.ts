/**
 * The output that `docs/command_line.md` shows, made by the program itself: on servers inside this process, by clocks that
 * the test turns, so that it is the same each time. Ports are those that memcached would have.
 */

import { stripVTControlCharacters } from "node:util";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { cli } from "../cli/captured_io.ts";
import { hurried, stepping } from "../cli/clocks.ts";
import { firstMinutes, withoutErrorNumber } from "./first_minutes.ts";

/** The document. */
export const DOCUMENT: URL = new URL("../../docs/command_line.md", import.meta.url);

/** Makes all pictures, by the names of their places in the document. */
export async function pictures(): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for (const [name, make] of Object.entries(MAKERS)) made.set(name, await make());
  return made;
}

const MAKERS: Readonly<Record<string, () => Promise<string>>> = {
  help: async () => block((await cli(["--help"])).out),
  items,
  stats,
  keys,
  ring: async () => block(await shown(["ring"], { servers: RING, columns: 80 })),
  ring_change: async () => {
    const args = ["ring", "--without", "10.0.0.2:11211", "--with", "10.0.0.4"];
    return block(await shown(args, { servers: RING, columns: 80 }));
  },
  ring_keys: async () => block(await shown(["ring", "user:1", "user:2"], { servers: RING })),
  doctor,
  doctor_wrong: async () =>
    block(await shown(["doctor"], { servers: ["127.0.0.1:1 cache1"], clock: stepping() })),
  top,
  first_minutes: firstMinutes,
};

const RING = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];

async function items(): Promise<string> {
  await using server = await MemcachedServer.start();
  const world = { servers: [server.address] };
  return block(
    await shown(["set", "greeting", "hello", "--exptime", "1h"], world),
    await shown(["get", "greeting", "parting"], world),
    await shown(["incr", "visits", "--initial", "1"], world),
    await shown(["get", "greeting", "--json"], world),
    await shown(["delete", "greeting"], world),
  );
}

async function stats(): Promise<string> {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.setMulti({ a: "x".repeat(10), b: "x".repeat(5000) });
  await client.quit();
  return block(await shown(["stats", "slabs"], { servers: [`${server.address} cache1`] }));
}

async function keys(): Promise<string> {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.set("user:1", { name: "Ada" });
  await client.set("user:2", "x".repeat(5000));
  const world = { servers: [`${server.address} cache1`] };
  return block(await shown(["keys", "--prefix", "user:"], world));
}

async function doctor(): Promise<string> {
  await using server = await MemcachedServer.start();
  const world = { servers: [`${server.address} cache1`], clock: stepping() };
  return block((await shown(["doctor"], world)).replaceAll(String(server.port), "11211"));
}

/** The last picture of some, between which the servers had something to do. */
async function top(): Promise<string> {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const servers = [`${one.address} cache1`, `${two.address} cache2`, "127.0.0.1:1 cache3"];
  await using first = new Client(one.address);
  await using second = new Client(two.address);
  const keys = Array.from({ length: 100 }, (_, i) => `key:${i}`);
  await first.setMulti(keys.map((key) => [key, "x".repeat(1000)]));
  await second.setMulti(keys.slice(50).map((key) => [key, 1]));
  const work = [90, 40, 65, 20, 80, 100];
  let drawn = "";
  const onWrite = (text: string) => {
    if (!text.includes("libmc top")) return;
    drawn = text;
    const count = work.shift() ?? 0;
    void first.getMulti(keys.slice(0, count));
    void second.getMulti(keys.slice(0, 100 - count / 2));
  };
  const world = { servers, clock: hurried(), isTerminal: true, columns: 100, rows: 12, onWrite };
  await cli(["top", "-n", "6"], { ...world, env: { NO_COLOR: "1" } });
  const lines = withoutErrorNumber(stripVTControlCharacters(drawn)).split("\r\n");
  return block(`$ libmc top\n${lines.map((line) => line.trimEnd()).join("\n")}\n`);
}

/** The command as it is typed, and what it writes on a terminal without colours. */
async function shown(
  args: readonly string[],
  world: Parameters<typeof cli>[1] = {},
): Promise<string> {
  const { out, err } = await cli(args, { ...world, isTerminal: true, env: { NO_COLOR: "1" } });
  return `$ libmc ${args.join(" ")}\n${out}${err}`;
}

function block(...texts: readonly string[]): string {
  return `\`\`\`text\n${texts.join("").trimEnd()}\n\`\`\``;
}

/** Puts pictures into their places: between `<!-- picture: name -->` and `<!-- end of picture -->`. */
export function withPictures(document: string, made: ReadonlyMap<string, string>): string {
  const left = new Set(made.keys());
  const text = document.replaceAll(PLACE, (_whole, name: string) => {
    const picture = made.get(name);
    if (picture === undefined) throw new Error(`There is no picture "${name}"`);
    left.delete(name);
    return `<!-- picture: ${name} -->\n\n${picture}\n\n<!-- end of picture -->`;
  });
  if (left.size > 0) throw new Error(`The document has no place for ${[...left].join(", ")}`);
  return text;
}

const PLACE = /<!-- picture: (\w+) -->\n.*?<!-- end of picture -->/gs;
