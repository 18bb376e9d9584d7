import { assertEquals, assertRejects } from "@std/assert";
import { type CallOptions, Client, MemcachedError, MultiError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { rowsOfTable } from "../support/document_tables.ts";

const README = new URL("../../README.md", import.meta.url);

type Call = (client: Client, options: CallOptions) => Promise<unknown>;

interface Row {
  /** The calls of the first column. */
  readonly calls: readonly Call[];
  /** What they give for a key that is there, for one that is not, and if the server is away. */
  readonly there: unknown;
  readonly absent: unknown;
  readonly trouble: unknown;
  readonly error?: typeof MultiError;
}

/** The rows of the README, by what is called. The key that is there has the number 7. */
const ROWS: Readonly<Record<string, Row>> = {
  "`get(key)`": {
    calls: [(client, options) => client.get("key", options)],
    there: 7,
    absent: undefined,
    trouble: undefined,
  },
  "`getMulti(keys)`": {
    calls: [async (client, options) => [...await client.getMulti(["key"], options)]],
    there: [["key", 7]],
    absent: [],
    trouble: [],
    error: MultiError,
  },
  "`getOrSet(key, load, options)`": {
    calls: [(client, options) => client.getOrSet("key", () => 8, { ttl: 60, ...options })],
    there: 7,
    absent: 8,
    trouble: 8,
  },
  "`set(key, value)`": {
    calls: [(client, options) => client.set("key", 8, options)],
    there: true,
    absent: true,
    trouble: false,
  },
  "`add(key, value)`": {
    calls: [(client, options) => client.add("key", 8, options)],
    there: false,
    absent: true,
    trouble: false,
  },
  "`replace(key, value)`, `cas(key, value, cas)`": {
    calls: [
      (client, options) => client.replace("key", 8, options),
      async (client, options) => {
        const item = await client.gets("key");
        return await client.cas("key", 8, item?.cas ?? 1n, options);
      },
    ],
    there: true,
    absent: false,
    trouble: false,
  },
  "`delete(key)`": {
    calls: [(client, options) => client.delete("key", options)],
    there: true,
    absent: true,
    trouble: false,
  },
  "`incr(key)`, `decr(key)`": {
    calls: [
      (client, options) => client.incr("key", 1, options),
      async (client, options) => {
        const number = await client.decr("key", 1, options);
        return number === undefined ? number : number + 2;
      },
    ],
    there: 8,
    absent: undefined,
    trouble: undefined,
  },
  "`setMulti(items)`, `deleteMulti(keys)`": {
    calls: [
      (client, options) => client.setMulti({ key: 8 }, options),
      (client, options) => client.deleteMulti(["key"], options),
    ],
    there: { ok: true, failed: [] },
    absent: { ok: true, failed: [] },
    trouble: { ok: false, failed: ["key"] },
    error: MultiError,
  },
};

Deno.test("README: its table of results has the calls that are tried here", async () => {
  const rows = await rowsOfTable(README, /^\| call +\|/);
  assertEquals(rows.map(([calls]) => calls), Object.keys(ROWS));
  for (const [calls, there, absent, trouble, strict] of rows) {
    const { error, ...row } = ROWS[calls];
    assertEquals(strict.includes("MultiError"), error === MultiError, calls);
    for (
      const [cell, value] of [[there, row.there], [absent, row.absent], [trouble, row.trouble]]
    ) {
      // Other cells say it in words.
      const [, literal] = /^`(true|false|undefined)`/.exec(String(cell)) ?? [];
      if (literal !== undefined) assertEquals(literal, String(value), `${calls}: ${cell}`);
    }
  }
});

for (
  const [name, { calls, there, absent, trouble, error = MemcachedError }] of Object.entries(ROWS)
) {
  Deno.test(`README: ${name} gives what its table says`, async () => {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { warn: false });
    for (const call of calls) {
      await client.delete("key");
      assertEquals(await call(client, {}), absent);
      await client.set("key", 7);
      assertEquals(await call(client, {}), there);
    }
    await server.stop();
    for (const call of calls) {
      assertEquals(await call(client, {}), trouble);
      await assertRejects(() => call(client, { strict: true }), error);
    }
  });
}
