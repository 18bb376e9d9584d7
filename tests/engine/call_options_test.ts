import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { ALL_VERBS } from "../support/verbs.ts";

/** A verb with options as JavaScript may pass them. */
interface Taker {
  readonly name: string;
  /** What it takes beside `signal` and `strict`. */
  readonly names: readonly string[];
  call(client: Client, options: never): Promise<unknown>;
}

const TAKERS: readonly Taker[] = ALL_VERBS.filter(({ kind }) => kind !== "client").map((
  { name, options, call },
) => ({ name, names: options, call: (client, options) => call(client, options) }));

const NO_OPTIONS: readonly (readonly [value: unknown, type: string])[] = [
  [600, "number"],
  [0, "number"],
  [60n, "bigint"],
  ["x", "string"],
  ["", "string"],
  [true, "boolean"],
  [false, "boolean"],
  [null, "null"],
  [() => ({}), "function"],
  [[], "Array"],
  [[600], "Array"],
  [new Date(2e12), "Date"],
  [new Map([["exptime", 60]]), "Map"],
  [new Set(["strict"]), "Set"],
  [new AbortController().signal, "AbortSignal"],
  [new AbortController(), "AbortController"],
  [Promise.resolve({ strict: true }), "Promise"],
  [new Uint8Array(3), "Uint8Array"],
];

/** A client that fails the test if it dials. */
function undiallable(): Client {
  return new Client(["a:1", "b:1"], {
    allowFlushAll: true,
    connect: () => Promise.reject(new Error("dialled")),
  });
}

for (const { name, names, call } of TAKERS) {
  Deno.test(`Client.${name}() refuses options that are no object`, async () => {
    await using client = undiallable();
    for (const [value, type] of NO_OPTIONS) {
      const error = await assertRejects(() => call(client, value as never), TypeError);
      const message = `Cannot use options that are not an object: current type is ${type}`;
      const isTime = names.includes("exptime");
      const hint = type === "AbortSignal"
        ? "; write { signal }"
        : type === "AbortController"
        ? "; write { signal: controller.signal }"
        : type === "function"
        ? "; calls take no callback, and options come last: await the promise"
        : names.includes("ttl") && type === "number"
        ? `; write { ttl: ${value} }`
        : isTime && type === "number"
        ? `; write { exptime: ${value} }`
        : isTime && type === "Date"
        ? "; write { exptime: date }"
        : "";
      assertEquals(error.message, message + hint);
    }
    assertEquals(client.lastError, undefined);
  });

  Deno.test(`Client.${name}() refuses names that it does not know, and values of other types`, async () => {
    await using client = undiallable();
    const known = ["signal", "strict", ...names];
    const wrong: readonly (readonly [name: string, value: unknown, message: string])[] = [
      ...["exptim", "timeout", "Strict", "no_reply", "toString", "__proto__x", "0"].map((
        name,
      ) => [name, 5, `Cannot use option "${name}" as this call has none of that name: `] as const),
      ...["exptime", "compress", "flags", "delay"].filter((name) => !known.includes(name)).map((
        name,
      ) =>
        [
          name,
          0,
          `Cannot use option "${name}" as this call has none of that name: it has ${
            known.join(", ")
          }`,
        ] as const
      ),
      ...[["yes", "string"], [1, "number"], [null, "null"]].map(([value, type]) =>
        [
          "strict",
          value,
          `Cannot use option "strict" as it must be a boolean: current type is ${type}`,
        ] as const
      ),
      ...[{}, 5, null, new AbortController()].map((value) =>
        ["signal", value, "Cannot use a signal that is not an AbortSignal"] as const
      ),
    ];
    for (const [option, value, message] of wrong) {
      await assertRejects(() => call(client, { [option]: value } as never), TypeError, message);
    }
    for (const option of names) {
      const values = option === "compress"
        ? [null, 5, "no"]
        : option === "routeBy"
        ? [null, 5]
        : [null, "5"];
      for (const value of values) {
        await assertRejects(
          () => call(client, { [option]: value } as never),
          TypeError,
          `current type is ${value === null ? "null" : typeof value}`,
        );
      }
    }
    assertEquals(client.lastError, undefined);
  });
}

Deno.test("Client refuses an unknown option before it looks at the signal", async () => {
  await using client = undiallable();
  const options = { signal: AbortSignal.abort(new Error("aborted")), exptim: 5 };
  await assertRejects(() => client.set("k", 1, options), TypeError, '"exptim"');
});

Deno.test("Client rejects with what a getter of its options throws", async () => {
  await using client = undiallable();
  const failure = new Error("getter");
  for (const name of ["strict", "signal", "exptime", "compress"]) {
    const options = Object.defineProperty({}, name, {
      enumerable: true,
      get() {
        throw failure;
      },
    });
    const promise = client.set("k", 1, options);
    assertInstanceOf(promise, Promise);
    assertEquals(await assertRejects(() => promise), failure);
  }
});

Deno.test("Client takes options of every kind of object that has them", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { allowFlushAll: true });
  class Getters {
    get exptime() {
      return 60;
    }
    get strict() {
      return true;
    }
  }
  class Fields {
    exptime = 60;
    note = undefined;
    #secret = 1;
    secret() {
      return this.#secret;
    }
  }
  const inherited = Object.create({ exptime: 60, anything: "else" });
  const bare = Object.assign(Object.create(null), { exptime: 60 });
  const hidden = Object.defineProperty({ exptime: 60 }, "hidden", { value: 1 });
  const symbol = { exptime: 60, [Symbol("note")]: 1 };
  const frozen = Object.freeze({ exptime: 60, compress: true, strict: true });
  const proxied = new Proxy({ exptime: 60 }, {});
  const all = [new Getters(), new Fields(), inherited, bare, hidden, symbol, frozen, proxied];
  for (const [i, options] of all.entries()) {
    assertEquals(await client.set(`k${i}`, i, options), true);
  }
  server.advance(61);
  assertEquals(await client.getMulti(all.map((_, i) => `k${i}`)), new Map());
});

Deno.test("Client takes an option that is undefined for one not given", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { allowFlushAll: true });
  for (const { name, names, call } of TAKERS) {
    const known = ["signal", "strict", ...names, "unknown"];
    const options = Object.fromEntries(known.map((name) => [name, undefined]));
    await call(client, options as never);
    await call(client, undefined as never);
    assertEquals(client.lastError, undefined, name);
  }
});
