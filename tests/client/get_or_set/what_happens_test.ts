/** What happens during a load, and what callers see of it: the table of docs/get_or_set.md, each row with what brings it about. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  ClosedError,
  type LoadContext,
  MemcachedError,
  MultiError,
  SchemaError,
  type StandardSchema,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { rowsOfTable } from "../../support/document_tables.ts";
import { eventually } from "../../support/eventually.ts";
import { recordEvents } from "../../support/failures.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const TTL = { ttl: 60 };
const never = () => new Promise<never>(() => {});

interface Rig {
  readonly server: MemcachedServer;
  /** Two clients, as of two processes. */
  readonly client: Client;
  readonly other: Client;
}

interface Row {
  readonly when: string;
  readonly what: string;
  run(rig: Rig): Promise<void>;
}

const ROWS: readonly Row[] = [
  {
    when: "`load` throws",
    what: "all callers of this process get its error; nothing is stored, and the next caller loads",
    async run({ client, other }) {
      for (const load of [() => Promise.reject(new Error("down")), throwing(new Error("down"))]) {
        const calls = [1, 2, 3].map(() => client.getOrSet("a", load, TTL));
        for (const call of calls) await assertRejects(() => call, Error, "down");
        await client.meta.noop();
        assertEquals(await other.meta.get("a"), undefined);
      }
      assertEquals(await other.getOrSet("a", () => "next", TTL), "next");
      assertEquals(client.lastError, undefined);
    },
  },
  {
    when: "`load` aborts itself",
    what: "as if it had thrown its reason",
    async run({ client, other }) {
      const load = () => fetch("data:,", { signal: AbortSignal.abort(new Error("enough")) });
      const calls = [1, 2].map(() => client.getOrSet<unknown>("a", load, TTL));
      for (const call of calls) await assertRejects(() => call, Error, "enough");
      const aborted = throwing(new DOMException("gone", "AbortError"));
      const error = await assertRejects(() => client.getOrSet("a", aborted, TTL), DOMException);
      assertEquals(error.name, "AbortError");
      await client.meta.noop();
      assertEquals(await other.meta.get("a"), undefined);
    },
  },
  {
    when: "`load` throws within `staleIfError`",
    what: "all callers get the stale value",
    async run({ client, server }) {
      const options = { ttl: 60, staleIfError: 60 };
      await client.getOrSet("a", () => "old", options);
      server.advance(61);
      const load = () => Promise.reject(new Error("down"));
      const calls = [1, 2, 3].map(() => client.getOrSet<string>("a", load, options));
      assertEquals(await Promise.all(calls), ["old", "old", "old"]);
    },
  },
  {
    when: "the loaded value does not pass the `schema`",
    what: "as if `load` had thrown a `SchemaError`",
    async run({ client, other }) {
      const validate = () => ({ issues: [{ message: "It is no number" }] });
      const schema: StandardSchema = { "~standard": { version: 1, vendor: "tests", validate } };
      const calls = [1, 2].map(() => client.getOrSet("a", () => "text", { ttl: 60, schema }));
      for (const call of calls) await assertRejects(() => call, SchemaError, "It is no number");
      await client.meta.noop();
      assertEquals(await other.meta.get("a"), undefined);
    },
  },
  {
    when: "`load` hangs",
    what:
      "the callers wait, unless `loadTimeout` ends it; other processes load after `waitTimeout`, or once the lease is over",
    async run({ client, other, server }) {
      const call = client.getOrSet("a", never, { ttl: 60, loadTimeout: 30 });
      await assertRejects(() => call, TimeoutError, "loadTimeout of 30 ms");
      const controller = new AbortController();
      const hanging = client.getOrSet("b", never, { ...TTL, signal: controller.signal });
      await eventually("it loads", async () => (await other.meta.get("b"))?.taken === true);
      const impatient = { ttl: 60, waitTimeout: 30 };
      assertEquals(await other.getOrSet("b", () => "of the other", impatient), "of the other");
      const again = client.getOrSet("c", never, { ...TTL, signal: controller.signal });
      await eventually("it loads", async () => (await other.meta.get("c"))?.taken === true);
      server.advance(11);
      assertEquals(await other.getOrSet("c", () => "of the other", TTL), "of the other");
      controller.abort(new Error("gone"));
      for (const call of [hanging, again]) await assertRejects(() => call, Error, "gone");
    },
  },
  {
    when: "`load` asks for its own key",
    what:
      "a TypeError, if it does so before its first `await`; else it waits for itself, as if it hung",
    async run({ client, other }) {
      const load = ({ key }: { key: string }): Promise<string> => client.getOrSet(key, load, TTL);
      await assertRejects(() => client.getOrSet("a", load, TTL), TypeError, '"a" in its own load');
      const loadMany = async () => ({ b: await client.getOrSet("b", () => "b", TTL) });
      const many = () => client.getOrSetMulti(["a", "b"], loadMany, TTL);
      const error = await assertRejects(many, MultiError, '"b" in its own load');
      assertEquals(error.errors.length, 2);
      const late = async () => {
        await undefined;
        return await client.getOrSet("a", () => "a", TTL);
      };
      await assertRejects(
        () => client.getOrSet("a", late, { ...TTL, loadTimeout: 20 }),
        TimeoutError,
      );
      const inner = () => client.getOrSet("c", () => "c", TTL);
      assertEquals(await client.getOrSet("a", inner, TTL), "c");
      assertEquals(await other.getList(["a", "b", "c"]), ["c", undefined, "c"]);
    },
  },
  {
    when: "`load` gives `undefined`",
    what: "all callers get `undefined`, nothing is stored",
    async run({ client, other }) {
      const calls = [1, 2].map(() => client.getOrSet("a", () => undefined, TTL));
      assertEquals(await Promise.all(calls), [undefined, undefined]);
      await client.meta.noop();
      assertEquals(await other.meta.get("a"), undefined);
    },
  },
  {
    when: "a caller aborts",
    what: "it alone; with the last one the load's `signal` is aborted, and the lease is given back",
    async run({ client, other }) {
      const controllers = [1, 2].map(() => new AbortController());
      const loading = Promise.withResolvers<AbortSignal>();
      const load = ({ signal }: LoadContext) => {
        loading.resolve(signal);
        return never();
      };
      const calls = controllers.map(({ signal }) => client.getOrSet("a", load, { ...TTL, signal }));
      const signal = await loading.promise;
      for (const [i, controller] of controllers.entries()) {
        assertEquals(signal.aborted, false);
        controller.abort(new Error(`gone ${i}`));
        await assertRejects(() => calls[i], Error, `gone ${i}`);
      }
      assertEquals([signal.aborted, `${signal.reason}`], [true, "Error: gone 1"]);
      await eventually(
        "the lease is given back",
        async () => await other.meta.get("a") === undefined,
      );
    },
  },
  {
    when: "`load` ends after all callers have gone",
    what: "its value is dropped",
    async run({ client, other }) {
      const source = Promise.withResolvers<string>();
      const controller = new AbortController();
      let isLoading = false;
      const load = () => {
        isLoading = true;
        return source.promise;
      };
      const call = client.getOrSet("a", load, { ...TTL, signal: controller.signal });
      await eventually("it loads", () => isLoading);
      controller.abort(new Error("gone"));
      await assertRejects(() => call, Error, "gone");
      source.resolve("late");
      assertEquals(await other.getOrSet("a", () => "next", TTL), "next");
      await client.meta.noop();
      assertEquals(await other.get("a"), "next");
    },
  },
  {
    when: "somebody sets or deletes the key during the load",
    what: "the callers get the loaded value, and it is not stored",
    async run({ client, other }) {
      const load = async ({ key }: LoadContext) => {
        await (key === "a" ? other.set(key, "set") : other.delete(key));
        return "loaded";
      };
      assertEquals(await client.getOrSet("a", load, TTL), "loaded");
      assertEquals(await client.getOrSet("b", load, TTL), "loaded");
      assertEquals([await other.get("a"), await other.get("b")], ["set", undefined]);
    },
  },
  {
    when: "somebody calls `invalidate` during the load",
    what: "the same; callers that come later load anew, or get the stale value",
    async run({ client, other }) {
      await client.set("b", "stale");
      const load = async ({ key }: LoadContext<unknown>): Promise<unknown> => {
        await other.invalidate(key, { staleFor: 60 });
        return "loaded";
      };
      assertEquals(await client.getOrSet("a", load, TTL), "loaded");
      assertEquals(await client.getOrSet("b", load, { ...TTL, forceFresh: true }), "loaded");
      assertEquals(await other.get("a"), undefined);
      assertEquals(await other.getOrSet("a", () => "new", TTL), "new");
      const options = { ttl: 60, staleWhileRevalidate: 60 };
      assertEquals(await other.getOrSet("b", () => "new", options), "stale");
    },
  },
  {
    when: "the process that loads dies",
    what: "another one loads after `lease`",
    async run({ client, other, server }) {
      // The lease of somebody who is never heard of again.
      assertEquals((await other.meta.get("a", { vivify: 10 }))?.won, true);
      const call = client.getOrSet("a", () => "of the second", TTL);
      server.advance(10);
      assertEquals(await call, "of the second");
    },
  },
  {
    when: "memcached is away",
    what:
      "one `failure` event, and each process loads, `maxLoads` at once; with `strict` the call rejects",
    async run({ client, server }) {
      await server.stop();
      const { failure } = recordEvents(client);
      assertEquals(await client.getOrSet("a", () => "loaded", TTL), "loaded");
      assertEquals(failure.length, 1);
      const strict = { ttl: 60, strict: true };
      await assertRejects(() => client.getOrSet("a", never, strict), MemcachedError);
    },
  },
  {
    when: "the client closes during a load",
    what: "it waits for the load for `timeout`, then the callers get a `ClosedError`",
    async run({ server, other }) {
      const quick = new Client(server.address, PATIENT);
      const source = Promise.withResolvers<string>();
      const call = quick.getOrSet("a", () => source.promise, TTL);
      const closed = quick.close();
      source.resolve("loaded");
      await closed;
      assertEquals([await call, await other.get("a")], ["loaded", "loaded"]);
      const slow = new Client(server.address, { ...PATIENT, timeout: 50 });
      const late = slow.getOrSet("b", never, TTL);
      const rejected = assertRejects(() => late, ClosedError);
      await slow.close();
      await rejected;
    },
  },
  {
    when: "the server has no meta commands",
    what: "a lock beside the value takes the place of the lease",
    async run({ server }) {
      server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
      await using one = new Client(server.address, PATIENT);
      await using two = new Client(server.address, PATIENT);
      let loads = 0;
      const load = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return ++loads;
      };
      const calls = [one, two].map((each) => each.getOrSet("a", load, TTL));
      assertEquals([await Promise.all(calls), loads], [[1, 1], 1]);
    },
  },
];

for (const row of ROWS) {
  Deno.test(`Client.getOrSet(), what happens when: ${row.when}`, async () => {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, PATIENT);
    await using other = new Client(server.address, PATIENT);
    await row.run({ server, client, other });
  });
}

Deno.test("docs/get_or_set.md says of each thing that happens during a load what is tested here", async () => {
  const page = new URL("../../../docs/get_or_set.md", import.meta.url);
  const rows = await rowsOfTable(page, /^\| when +\| what happens/);
  assertEquals(rows, ROWS.map(({ when, what }) => [when, what]));
});

function throwing(error: Error): () => never {
  return () => {
    throw error;
  };
}
