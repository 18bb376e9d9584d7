/** `getOrSet()` with a schema: which values pass, and what callers get. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  libmcCodec,
  SchemaError,
  type SchemaInput,
  type SchemaOutput,
  type SchemaResult,
  type StandardSchema,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";

const PATIENT = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const never = () => new Promise<never>(() => {});

/** Takes a number, gives a text: so it shows which of the two a caller has. */
type Price = StandardSchema<number, string>;

function judge(value: unknown): SchemaResult<string> {
  return typeof value === "number"
    ? { value: `${value} €` }
    : { issues: [{ message: "It is no number", path: ["price"] }] };
}

function schemaOf(validate: Price["~standard"]["validate"]): Price {
  return { "~standard": { version: 1, vendor: "tests", validate } };
}

const KINDS: Record<string, Price> = {
  "a schema": schemaOf(judge),
  "an asynchronous schema": schemaOf((value) => Promise.resolve(judge(value))),
  "a schema that is a function": Object.assign(() => {}, schemaOf(judge)),
};

for (const [kind, schema] of Object.entries(KINDS)) {
  const options = { ttl: 60, schema };

  Deno.test(`Client.getOrSet() with ${kind} gives its output, and stores what was loaded`, async () => {
    await using rig = await startRig();
    const { client, other } = rig;
    const loaded: string = await client.getOrSet("a", () => 5, options);
    assertEquals([loaded, await client.get("a")], ["5 €", 5]);
    assertEquals(await other.getOrSet("a", never, options), "5 €");
    assertEquals(rig.misfits(), 0);
  });

  Deno.test(`Client.getOrSet() with ${kind} loads anew what does not pass, once for all`, async () => {
    await using rig = await startRig();
    const { client, other } = rig;
    await other.set("a", "five");
    const source = Promise.withResolvers<number>();
    const stale: unknown[] = [];
    const load = (context: { stale?: number }) => (stale.push(context.stale), source.promise);
    const calls = [client, client, other, other].map((each) => each.getOrSet("a", load, options));
    await eventually("it loads", () => stale.length > 0);
    // The others have looked again meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 60));
    source.resolve(5);
    assertEquals(await Promise.all(calls), ["5 €", "5 €", "5 €", "5 €"]);
    assertEquals([stale, rig.misfits()], [[undefined], 2]);
    assertEquals(await client.get("a"), 5);
  });

  Deno.test(`Client.getOrSet() with ${kind} rejects a loaded value that does not pass, and stores nothing`, async () => {
    await using rig = await startRig();
    const { client, other } = rig;
    const load = () => "five" as unknown as number;
    const calls = [client, client].map((each) => each.getOrSet("a", load, options));
    for (const call of calls) {
      const error = await assertRejects(() => call, SchemaError, "It is no number");
      assertEquals(error.issues, [{ message: "It is no number", path: ["price"] }]);
      assert(error.message.includes('"a"'));
    }
    await client.meta.noop();
    assertEquals(await other.meta.get("a"), undefined, "the lease is given back");
    assertEquals([client.lastError, rig.misfits()], [undefined, 0]);
  });
}

Deno.test("Client.getOrSet(): a stale value that passes stands in for a loaded one that does not", async () => {
  await using rig = await startRig();
  const { client, server } = rig;
  const options = { ttl: 60, staleIfError: 600, schema: KINDS["a schema"] };
  await client.getOrSet("a", () => 5, options);
  server.advance(70);
  assertEquals(await client.getOrSet("a", () => "six" as unknown as number, options), "5 €");
  const now = { ...options, staleWhileRevalidate: 600 };
  await client.meta.noop();
  const contexts: unknown[] = [];
  const load = ({ stale, background }: { stale?: number; background: boolean }) => {
    contexts.push([stale, background]);
    return 7;
  };
  assertEquals(await client.getOrSet("a", load, now), "5 €");
  await eventually("it is renewed", async () => await client.get("a") === 7);
  assertEquals(contexts, [[5, true]]);
});

Deno.test("Client.getOrSet(): a stale value that does not pass is neither given nor kept", async () => {
  await using rig = await startRig();
  const { client } = rig;
  const schema = KINDS["a schema"];
  await client.set("a", "five", { exptime: 100 });
  const options = { ttl: 60, staleWhileRevalidate: 600, staleIfError: 600, schema };
  const failing = () => Promise.reject(new Error("down"));
  await assertRejects(() => client.getOrSet("a", failing, options), Error, "down");
  assertEquals(await client.getOrSet("a", () => 5, options), "5 €");
});

Deno.test("Client.getOrSet() loads for itself if others store what does not pass again and again", async () => {
  await using rig = await startRig();
  const { client, other } = rig;
  await client.set("a", "five");
  const validate = async (value: unknown) => {
    if (value === "five") await other.set("a", "five");
    return judge(value);
  };
  const options = { ttl: 60, schema: schemaOf(validate) };
  assertEquals(await client.getOrSet("a", () => 5, options), "5 €");
});

Deno.test("Client.getOrSet() without a lease has one load in each process for what does not pass", async () => {
  await using rig = await startRig();
  const { client } = rig;
  await client.set("a", "five");
  const options = { ttl: 60, lease: false, schema: KINDS["a schema"] } as const;
  let loads = 0;
  const load = () => Promise.resolve(++loads);
  const calls = [1, 2, 3].map(() => client.getOrSet("a", load, options));
  assertEquals(await Promise.all(calls), ["1 €", "1 €", "1 €"]);
  assertEquals(await client.get("a"), 1);
});

Deno.test("Client.getOrSet(): callers share a load if they have the same schema, and no value goes round it", async () => {
  await using rig = await startRig();
  const { client } = rig;
  const [schema, twin] = [schemaOf(judge), schemaOf(judge)];
  let loads = 0;
  const load = async () => {
    loads++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return 5;
  };
  const calls: Promise<unknown>[] = [
    client.getOrSet("a", load, { ttl: 60 }),
    ...[schema, schema, twin].map((schema) => client.getOrSet("a", load, { ttl: 60, schema })),
  ];
  assertEquals(await Promise.all(calls), [5, "5 €", "5 €", "5 €"]);
  assertEquals(loads, 1, "the lease is one for all of them");
});

Deno.test("Client.getOrSet(): a schema that throws or hangs ends the call and not the next one", async () => {
  await using rig = await startRig();
  const { client, server } = rig;
  await client.set("a", 5);
  const broken = schemaOf(() => {
    throw new Error("broken");
  });
  const late = schemaOf(() => Promise.reject(new Error("late")));
  const hangs = schemaOf(never);
  await assertRejects(
    () => client.getOrSet("a", never, { ttl: 60, schema: broken }),
    Error,
    "broken",
  );
  await assertRejects(
    () => client.getOrSet("b", () => 5, { ttl: 60, schema: broken }),
    Error,
    "broken",
  );
  await assertRejects(() => client.getOrSet("a", never, { ttl: 60, schema: late }), Error, "late");
  const short = { ttl: 60, loadTimeout: 10, schema: hangs };
  await assertRejects(() => client.getOrSet("a", never, short), TimeoutError, "loadTimeout");
  await assertRejects(() => client.getOrSet("b", () => 5, short), TimeoutError, "loadTimeout");
  const controller = new AbortController();
  const { signal } = controller;
  const aborted = client.getOrSet("a", never, { ttl: 60, schema: hangs, signal });
  setTimeout(() => controller.abort(new Error("gone")), 5);
  await assertRejects(() => aborted, Error, "gone");
  assertEquals(await client.getOrSet<number>("a", never, { ttl: 60 }), 5);
  assertEquals(await client.getOrSet("b", () => 6, { ttl: 60 }), 6);

  const closing = new Client(server.address, { ...PATIENT, timeout: 50 });
  const waiting = closing.getOrSet("a", never, { ttl: 60, schema: hangs });
  const rejected = assertRejects(() => waiting, Error, "closed");
  await closing.meta.noop();
  await closing.close();
  await rejected;
});

Deno.test("Client.getOrSet() with a schema loads while memcached is away, and checks that too", async () => {
  await using client = new Client("127.0.0.1:1", { warn: false });
  const options = { ttl: 60, schema: KINDS["a schema"] };
  assertEquals(await client.getOrSet("a", () => 5, options), "5 €");
  const bad = () => client.getOrSet("a", () => "five" as unknown as number, options);
  await assertRejects(bad, SchemaError);
});

Deno.test("Client.getOrSet() refuses what is no Standard Schema of version 1", async () => {
  await using client = new Client("127.0.0.1:1", { warn: false });
  const standard = schemaOf(judge)["~standard"];
  const bad = [{}, judge, null, "schema", { "~standard": { ...standard, version: 2 } }];
  for (const schema of [...bad, { "~standard": { version: 1 } }]) {
    const options = { ttl: 60, schema } as unknown as { ttl: number; schema: Price };
    await assertRejects(() => client.getOrSet("a", () => 5, options), TypeError, '"schema"');
  }
  assertEquals(client.lastError, undefined);
});

Deno.test("Client.getOrSet(): the result has the type of the schema's output, the loader that of its input", () => {
  const take: SchemaInput<Price> = 5;
  const give: SchemaOutput<Price> = "5 €";
  const typed = (client: Client, schema: Price): Promise<string> =>
    client.getOrSet("a", (): number => take, { ttl: (value: number) => value, schema });
  assertEquals([typeof give, typeof typed], ["string", "function"]);
});

async function startRig() {
  const server = await MemcachedServer.start();
  const client = new Client(server.address, PATIENT);
  const other = new Client(server.address, PATIENT);
  return {
    ...{ server, client, other },
    misfits() {
      return [client, other].reduce((sum, each) => {
        return sum + each.counters().get(server.address)!.misfits;
      }, 0);
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await other.close();
      await server.stop();
    },
  };
}

Deno.test("Client.getOrSet(), live: what does not pass is loaded once by two clients", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, PATIENT);
  await using other = new Client(server.address, PATIENT);
  await client.set("a", "five");
  let loads = 0;
  const load = async () => {
    loads++;
    await new Promise((resolve) => setTimeout(resolve, 40));
    return 5;
  };
  const options = { ttl: 60, schema: KINDS["a schema"] };
  const calls = [client, other, client, other].map((each) => each.getOrSet("a", load, options));
  assertEquals([await Promise.all(calls), loads], [Array(4).fill("5 €"), 1]);
});

const BY_A_LOCK: readonly [string, string | undefined, ClientOptions][] = [
  ["a server without meta commands", "1.4.39", PATIENT],
  ["libmcCodec", undefined, { ...PATIENT, codec: libmcCodec }],
];
for (const [setting, version, clientOptions] of BY_A_LOCK) {
  Deno.test(`Client.getOrSet() with ${setting}: what does not pass is loaded once by two clients`, async () => {
    await using server = await MemcachedServer.start(version === undefined ? {} : { version });
    await using client = new Client(server.address, clientOptions);
    await using other = new Client(server.address, clientOptions);
    const schema = KINDS["a schema"];
    const windows = { staleWhileRevalidate: 60, staleIfError: 600 };
    for (const [key, more] of [["a", {}], ["b", windows]] as const) {
      const options = { ttl: 60, schema, ...more };
      if (key === "a") await client.set(key, "five");
      else await client.getOrSet<unknown>(key, () => "five", { ttl: 60, ...more });
      let loads = 0;
      const load = async () => {
        loads++;
        await new Promise((resolve) => setTimeout(resolve, 40));
        return 5;
      };
      const calls = [client, other, client, other].map((each) => each.getOrSet(key, load, options));
      assertEquals([await Promise.all(calls), loads], [Array(4).fill("5 €"), 1]);
      assertEquals(await other.getOrSet(key, never, options), "5 €");
      assertEquals(await client.get(key), 5);
    }
    // One that cannot be loaded leaves the lock to the next one, and the value to whoever can use it.
    await client.set("c", "six");
    const options = { ttl: 60, schema };
    const failing = () => Promise.reject(new Error("down"));
    await assertRejects(() => client.getOrSet("c", failing, options), Error, "down");
    assertEquals(await other.getOrSet<string>("c", never as never, { ttl: 60 }), "six");
    assertEquals(await other.getOrSet("c", () => 6, options), "6 €");
    // Others may store such a value again and again.
    const again = schemaOf(async (value) => {
      if (value === "seven") await other.set("d", "seven");
      return judge(value);
    });
    await other.set("d", "seven");
    assertEquals(await client.getOrSet("d", () => 7, { ttl: 60, schema: again }), "7 €");
  });
}
