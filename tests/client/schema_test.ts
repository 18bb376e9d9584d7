/** A schema of a call or of a client looks at what is read: what does not pass is a miss, in every verb that reads. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Client,
  type ClientOptions,
  type GetOrSetOptions,
  MemcachedError,
  type ReadOptions,
  SchemaError,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/settle.ts";

/** Takes numbers, and gives them as texts. */
const PRICE = schemaOf((value) => typeof value === "number" ? { value: `${value} €` } : NO_NUMBER);
const NUMBER = schemaOf((value) => typeof value === "number" ? { value } : NO_NUMBER);
const NO_NUMBER = { issues: [{ message: "It is no number" }] };

function schemaOf<T>(
  validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>,
): StandardSchema<T> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

type Reading = (client: Reader, options?: ReadOptions<unknown>) => Promise<unknown>;
type Reader = Pick<Client, "get" | "gets" | "getMulti" | "getsMulti" | "getList" | Touching>;
type Touching = "gat" | "gats" | "gatMulti";

const KEYS = ["old", "new", "none"];
/** Each verb, and what it gives for `old`, which is a text, and for `new`, which is 10. */
const READINGS: readonly [verb: string, old: Reading, other: Reading, expected: unknown][] = [
  ["get", (c, o) => c.get("old", o), (c, o) => c.get("new", o), "10 €"],
  ["gat", (c, o) => c.gat("old", 60, o), (c, o) => c.gat("new", 60, o), "10 €"],
  [
    "gets",
    (c, o) => c.gets("old", o),
    async (c, o) => (await c.gets("new", o))?.value,
    "10 €",
  ],
  [
    "gats",
    (c, o) => c.gats("old", 60, o),
    async (c, o) => (await c.gats("new", 60, o))?.value,
    "10 €",
  ],
  [
    "getMulti",
    async (c, o) => (await c.getMulti(KEYS, o)).get("old"),
    (c, o) => c.getMulti(KEYS.values(), o),
    new Map([["new", "10 €"]]),
  ],
  [
    "gatMulti",
    async (c, o) => (await c.gatMulti(KEYS, 60, o)).get("old"),
    (c, o) => c.gatMulti(KEYS, 60, o),
    new Map([["new", "10 €"]]),
  ],
  [
    "getsMulti",
    async (c, o) => (await c.getsMulti(KEYS, o)).get("old"),
    async (c, o) => [...await c.getsMulti(KEYS, o)].map(([key, { value }]) => [key, value]),
    [["new", "10 €"]],
  ],
  [
    "getList",
    async (c, o) => (await c.getList(KEYS, o))[0],
    (c, o) => c.getList(KEYS.values(), o),
    [undefined, "10 €", undefined],
  ],
];

async function fill(client: Pick<Client, "setMulti">): Promise<void> {
  const { ok } = await client.setMulti({ old: "10 €", new: 10 });
  assert(ok);
}

for (const [verb, old, other, expected] of READINGS) {
  Deno.test(`Client.${verb}() gives what the schema makes of a value, and a miss for one that does not pass`, async () => {
    await using server = await MemcachedServer.start();
    const clients = {
      plain: new Client(server.address, { strict: true }),
      near: new Client(server.address, { nearCache: { maxBytes: 10_000, maxAge: 1000 } }),
      replicas: new Client(server.address, { replicas: 1, strict: true }),
      "of the client": new Client<unknown>(server.address, { schema: PRICE, strict: true }),
    };
    for (const [name, client] of Object.entries(clients)) {
      await using _closing = client;
      const options = name === "of the client" ? undefined : { schema: PRICE };
      for (const reader of [client, client.namespace("space")]) {
        await fill(reader);
        for (let i = 0; i < 2; i++) {
          assertEquals(await old(reader, options), undefined, name);
          assertEquals(await other(reader, options), expected, name);
        }
      }
      assert(client.counters().get(server.address)!.misfits >= 4, name);
      assertEquals(client.lastError, undefined, name);
    }
  });
}

Deno.test("Client.get() gives its schema's output as its type, and takes its own schema for the client's", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { schema: NUMBER });
  await fill(client);
  const number: number | undefined = await client.get("new");
  const price: string | undefined = await client.get("new", { schema: PRICE });
  assertEquals([number, price, await client.get("old")], [10, "10 €", undefined]);
  const text: unknown = (await client.getRaw("old"))?.data;
  assert(text instanceof Uint8Array);
});

Deno.test("Client with a schema and a migration gives no older value for one that does not pass", async () => {
  await using before = await MemcachedServer.start();
  await using after = await MemcachedServer.start();
  await using old = new Client(before.address);
  const migration = { stage: "write_both" } as const;
  await using client = new Client(after.address, { migrateFrom: old, migration, strict: true });
  await using direct = new Client(after.address);
  await old.set("key", 1);
  await direct.set("key", "two");
  assertEquals(await client.get("key"), "two");
  assertEquals(await client.get("key", { schema: NUMBER }), undefined);
  assertEquals(await client.getMulti(["key"], { schema: NUMBER }), new Map());
  assertEquals(await old.get("key"), 1);
});

Deno.test("Client.getOrSet() and getOrSetMulti() take the client's schema", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { schema: NUMBER });
  for (const cache of [client, client.namespace("space")]) {
    await fill(cache);
    assertEquals(await cache.getOrSet("old", () => 5, { ttl: 60 }), 5);
    assertEquals(await cache.get("old"), 5);
    const wrong = () => "no number" as unknown as number;
    await assertRejects(() => cache.getOrSet("none", wrong, { ttl: 60 }), SchemaError);
    await cache.set("old", "text");
    const load = () => ({ old: 6, new: 7 });
    const found = await cache.getOrSetMulti(["old", "new"], load, { ttl: 60 });
    assertEquals(found, new Map([["old", 6], ["new", 10]]));
  }
});

Deno.test("Client with a schema takes the options of getOrSet() as they are: what they inherit, too, and their getters", async () => {
  await using server = await MemcachedServer.start();
  const defaults: GetOrSetOptions<number> = { ttl: 60 };
  class Minutes {
    readonly #minutes = 1;
    get ttl(): number {
      return this.#minutes * 60;
    }
  }
  const broken = {
    get ttl(): number {
      throw new Error("No ttl today");
    },
  };
  for (const more of [{}, { replicas: 1 }, { migrateFrom: new Client(server.address) }]) {
    const { migrateFrom } = more as ClientOptions & { migrateFrom?: Client };
    await using _old = migrateFrom ?? new Client(server.address);
    await using client = new Client(server.address, { schema: NUMBER, ...more });
    const readers = migrateFrom === undefined ? [client, client.namespace("space")] : [client];
    for (const cache of readers) {
      for (const options of [Object.create(defaults) as typeof defaults, new Minutes()]) {
        await fill(cache);
        assertEquals(await cache.getOrSet("old", () => 5, options), 5);
        await fill(cache);
        const found = await cache.getOrSetMulti(["old"], () => ({ old: 6 }), options);
        assertEquals(found, new Map([["old", 6]]));
      }
      const calls = [
        cache.getOrSet("old", () => 5, broken),
        cache.getOrSetMulti(["old"], () => ({ old: 6 }), broken),
      ];
      for (const call of calls) await assertRejects(() => call, Error, "No ttl today");
    }
  }
});

Deno.test("Client.update() changes no value that does not pass, and stores none", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: true });
  for (const cache of [client, client.namespace("space")]) {
    await fill(cache);
    const seen: unknown[] = [];
    const change = (value: number | undefined) => {
      seen.push(value);
      return (value ?? 0) + 1;
    };
    assertEquals(await cache.update("new", change, { schema: NUMBER }), 11);
    assertEquals(await cache.update("old", change, { schema: NUMBER }), 1);
    assertEquals(seen, [10, undefined]);
    const wrong = () => "text" as unknown as number;
    const call = () => cache.update("new", wrong, { schema: NUMBER });
    const { issues, command } = await assertRejects(call, SchemaError, 'made for "new"');
    assertEquals([issues[0].message, command], ["It is no number", "update"]);
    assertEquals(await cache.get("new"), 11);
    assertEquals(await cache.update("new", () => undefined, { schema: NUMBER }), undefined);
  }
});

Deno.test("Client waits for a schema that takes its time, up to its timeout", async () => {
  await using server = await MemcachedServer.start();
  const clock = new ManualClock();
  const options: ClientOptions = { clock, timeout: 1000 };
  await using client = new Client(server.address, options);
  await fill(client);
  const later = schemaOf(async (value) => {
    await Promise.resolve();
    return NUMBER["~standard"].validate(value);
  });
  assertEquals(await client.get("new", { schema: later }), 10);
  assertEquals(await client.getMulti(KEYS, { schema: later }), new Map([["new", 10]]));

  for (const strict of [false, true]) {
    const { promise: looking, resolve } = Promise.withResolvers<void>();
    let looks = 0;
    const never = schemaOf<number>(() => {
      if (++looks === 4) resolve();
      return new Promise(() => {});
    });
    const calls = [
      client.get("new", { schema: never, strict }),
      client.getMulti(KEYS, { schema: never, strict }),
      client.getList(["new"], { schema: never, strict }),
    ];
    const settled = Promise.allSettled(calls);
    await looking;
    await settle();
    clock.advance(1000);
    for (const [i, end] of (await settled).entries()) {
      if (end.status === "rejected") {
        assert(strict && end.reason instanceof TimeoutError, `${end.reason}`);
      } else {
        assert(!strict);
        assertEquals(end.value, [undefined, new Map(), [undefined]][i]);
      }
    }
    assert(client.lastError instanceof TimeoutError);
  }
});

Deno.test("Client.update() calls nobody and stores nothing once its schema is late, and tells it once", async () => {
  await using server = await MemcachedServer.start();
  const clock = new ManualClock();
  for (const strict of [false, true]) {
    await using client = new Client(server.address, { clock, timeout: 1000, strict });
    await fill(client);
    let failures = 0;
    client.addEventListener("failure", () => failures++);
    const { promise: looking, resolve: looked } = Promise.withResolvers<void>();
    const { promise: result, resolve: says } = Promise.withResolvers<SchemaResult<number>>();
    const late = schemaOf<number>(() => {
      looked();
      return result;
    });
    const seen: unknown[] = [];
    const change = (value: number | undefined) => {
      seen.push(value);
      return 0;
    };
    const updated = client.update("new", change, { schema: late });
    const settled = Promise.allSettled([updated]);
    await looking;
    clock.advance(1000);
    const [end] = await settled;
    if (end.status === "rejected") assert(strict && end.reason instanceof TimeoutError);
    else assertEquals([strict, end.value], [false, undefined]);
    says({ value: 10 });
    await settle();
    assertEquals([seen, failures, await client.get("new")], [[], 1, 10]);
  }
});

Deno.test("Client.get() ends with its signal while its schema takes its time", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await fill(client);
  const controller = new AbortController();
  const reason = new Error("The user has gone");
  const schema = schemaOf<number>(() => {
    queueMicrotask(() => controller.abort(reason));
    return new Promise(() => {});
  });
  const { signal } = controller;
  await assertRejects(() => client.get("new", { schema, signal }), Error, "The user has gone");
});

Deno.test("Client.get() rejects with what a schema throws, strict or not", async () => {
  await using server = await MemcachedServer.start();
  for (const strict of [false, true]) {
    await using client = new Client(server.address, { strict });
    await fill(client);
    const throws = schemaOf<number>(() => {
      throw new Error("The schema has a bug");
    });
    const rejects = schemaOf<number>(() => Promise.reject(new Error("The schema has a bug")));
    for (const schema of [throws, rejects]) {
      const error = await assertRejects(() => client.get("new", { schema }), Error, "has a bug");
      assert(!(error instanceof MemcachedError));
      await assertRejects(() => client.getMulti(KEYS, { schema }), Error, "has a bug");
    }
    // A miss is not looked at.
    assertEquals(await client.get("none", { schema: throws }), undefined);
  }
});

Deno.test("Client rejects with a TypeError what a schema says that is neither yes nor no", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await fill(client);
  for (const said of [undefined, null, 5, {}, { issues: null }, { issues: "It is wrong" }]) {
    for (const given of [said, Promise.resolve(said)]) {
      const schema = schemaOf<unknown>(() => given as never);
      const calls = [
        () => client.get("new", { schema }),
        () => client.getMulti(KEYS, { schema }),
        () => client.getOrSet("new", () => 1, { ttl: 60, schema }),
        () => client.getOrSet("none", () => 1, { ttl: 60, schema }),
        () => client.update("new", () => 1, { schema }),
      ];
      for (const call of calls) await assertRejects(call, TypeError, "its validate() gives");
    }
  }
  assertEquals(await client.get("none"), undefined);
  assertEquals(await client.get("new"), 10);
});

Deno.test("SchemaError says in its message which part of the value does not pass", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const issues: readonly (readonly [SchemaIssue[], words: string])[] = [
    [[{ message: "It is no number" }], "does not take it: It is no number"],
    [[{ message: "It is no number", path: [] }], "does not take it: It is no number"],
    [[{ message: "No", path: ["lines", 3, { key: "price" }] }], "take value.lines[3].price: No"],
    [[{ message: "No", path: ["a b", Symbol("c")] }], 'take value["a b"]["Symbol(c)"]: No'],
    [[], "does not take it: it gives no reason"],
  ];
  for (const [said, words] of issues) {
    const schema = schemaOf<number>(() => ({ issues: said }));
    const call = () => client.getOrSet("none", () => 1, { ttl: 60, schema });
    assertEquals((await assertRejects(call, SchemaError, words)).issues, said);
  }
});

Deno.test("Client refuses what is no schema, and a schema where nothing is read", async () => {
  const wrong = [5, null, {}, { "~standard": { version: 2, validate() {} } }];
  await using client = new Client("a:1");
  for (const schema of wrong as unknown as StandardSchema<number>[]) {
    await assertRejects(() => client.get("key", { schema }), TypeError, "a Standard Schema");
    await assertRejects(() => client.getMulti(["key"], { schema }), TypeError);
    await assertRejects(() => client.update("key", () => 1, { schema }), TypeError);
    assertThrows(() => new Client("a:1", { schema }), TypeError, "a Standard Schema");
  }
  const options = { schema: NUMBER } as object;
  await assertRejects(() => client.set("key", 1, options), TypeError, '"schema"');
  await assertRejects(() => client.getRaw("key", options), TypeError, '"schema"');
  const failing = {
    get schema(): StandardSchema<number> {
      throw new Error("No schema today");
    },
  };
  await assertRejects(() => client.get("key", failing), Error, "No schema today");
});
