/**
 * What `getOrSet()` sends, one thing after the other, each of which may go wrong: its connection ends before or after it
 * was carried out or in the middle of the reply, or the server says that it is out of memory, whether or not it has done
 * it. Callers get a value that is right all the same, a value that was deleted meanwhile does not come back, and the next
 * caller loads.
 */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions, type Connect, libmcCodec, type Transport } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { bytesOf, textOf } from "../../support/wire.ts";
import { platformConnect } from "../../support/platform_connect.ts";

const FAULTS = ["request lost", "reply lost", "half a reply", "out of memory"] as const;
type Fault = typeof FAULTS[number];

/** Lets one of the things that go over a client's connections go wrong. */
class Breaker {
  /** Which one, counted from 1. */
  at = Infinity;
  #count = 0;
  readonly #fault: Fault;

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  get struck(): boolean {
    return this.#count >= this.at;
  }

  readonly connect: Connect = async (endpoint, signal): Promise<Transport> => {
    const transport = await platformConnect(endpoint, signal);
    let isOver = false;
    return {
      read: async (into) => {
        const count = isOver ? null : await transport.read(into);
        if (count === null || this.#fault === "request lost" || !this.#strikes()) return count;
        if (this.#fault === "out of memory") {
          const lines = textOf(into.slice(0, count)).match(/\r\n/g)?.length ?? 0;
          // Of several replies, or of an item, it does not take the place.
          if (lines > 1) return count;
          const line = bytesOf("SERVER_ERROR out of memory storing object\r\n");
          into.set(line);
          return line.length;
        }
        isOver = true;
        return this.#fault === "reply lost" ? null : Math.max(1, count >> 1);
      },
      write: async (bytes) => {
        if (this.#fault !== "request lost" || !this.#strikes()) return await transport.write(bytes);
        isOver = true;
        transport.close();
        throw new Error("the connection is lost");
      },
      close: () => transport.close(),
    };
  };

  #strikes(): boolean {
    return this.at < Infinity && ++this.#count === this.at;
  }
}

interface Rig {
  readonly server: MemcachedServer;
  /** The one for which things go wrong, and another process. */
  readonly client: Client;
  readonly other: Client;
}

/** Makes calls, and gives the values that may be there in the end. */
type Scene = (rig: Rig) => Promise<readonly unknown[]>;

const TTL = { ttl: 60, lease: 1, waitTimeout: 50 };

const SCENES: Record<string, Scene> = {
  "a hit": async ({ client, other }) => {
    await other.set("a", "there");
    among(await client.getOrSet("a", () => "loaded", TTL), "there", "loaded");
    return ["there", "loaded", undefined];
  },
  "a miss": async ({ client }) => {
    const calls = [1, 2, 3].map(() => client.getOrSet("a", () => "loaded", TTL));
    for (const value of await Promise.all(calls)) assertEquals(value, "loaded");
    return ["loaded", undefined];
  },
  "another process loads": async ({ client, other }) => {
    const source = Promise.withResolvers<string>();
    const first = other.getOrSet("a", () => source.promise, TTL);
    await other.version();
    const second = client.getOrSet("a", () => "second", TTL);
    source.resolve("first");
    assertEquals(await first, "first");
    among(await second, "first", "second");
    return ["first", "second", undefined];
  },
  "a stale value is renewed": async ({ client, other, server }) => {
    const options = { ...TTL, staleWhileRevalidate: 300 };
    await other.getOrSet("a", () => "old", options);
    server.advance(61);
    const loads: Promise<void>[] = [];
    const waitUntil = (load: Promise<void>) => void loads.push(load);
    among(await client.getOrSet("a", () => "new", { ...options, waitUntil }), "old", "new");
    await Promise.all(loads);
    return ["old", "new", undefined];
  },
  "a load fails": async ({ client }) => {
    const failing = () => Promise.reject(new Error("down"));
    const failure = await client.getOrSet("a", failing, TTL).catch((error) => error.message);
    assertEquals(failure, "down");
    return [undefined];
  },
  "a delete meanwhile": async ({ client, other }) => {
    const load = async () => {
      assertEquals(await other.delete("a", { strict: true }), true);
      return "loaded";
    };
    assertEquals(await client.getOrSet("a", load, TTL), "loaded");
    return [undefined];
  },
  "its own delete meanwhile": async ({ client }) => {
    let isGone: boolean | undefined;
    const load = async () => {
      isGone = await client.delete("a");
      return "loaded";
    };
    assertEquals(await client.getOrSet("a", load, TTL), "loaded");
    return isGone ? [undefined] : ["loaded", undefined];
  },
  "a set meanwhile": async ({ client, other }) => {
    const load = async () => {
      assertEquals(await other.set("a", "set", { strict: true }), true);
      return "loaded";
    };
    assertEquals(await client.getOrSet("a", load, TTL), "loaded");
    return ["set"];
  },
  "many keys": async ({ client, other }) => {
    const load = async (keys: readonly string[]) => {
      if (keys.includes("a")) await other.deleteMulti(["a"], { strict: true });
      return keys.map((key) => [key, "loaded"] as const);
    };
    const values = await client.getOrSetMulti(["a", "b"], load, TTL);
    assertEquals([values.get("a"), values.get("b")], ["loaded", "loaded"]);
    return [undefined];
  },
};

const SETTINGS: Record<string, readonly [version: string | undefined, options: ClientOptions]> = {
  "by a lease": [undefined, {}],
  "by a lock": ["1.4.39", {}],
  "by a lock, libmcCodec": [undefined, { codec: libmcCodec }],
};

for (const [setting, [version, options]] of Object.entries(SETTINGS)) {
  Deno.test(`Client.getOrSet() ${setting} is right whatever goes wrong at each of its steps`, async () => {
    await Promise.all(
      Object.entries(SCENES).flatMap(([name, scene]) =>
        FAULTS.map(async (fault) => {
          for (let at = 1; await isStruck(scene, { version, options, fault, at, name }); at++);
        })
      ),
    );
  });
}

interface Case {
  readonly version: string | undefined;
  readonly options: ClientOptions;
  readonly fault: Fault;
  readonly at: number;
  readonly name: string;
}

/** Plays a scene. Gives false if it was over before the fault could strike. */
async function isStruck(
  scene: Scene,
  { version, options, fault, at, name }: Case,
): Promise<boolean> {
  const what = `${name}: ${fault} at ${at}`;
  await using server = await MemcachedServer.start(version === undefined ? {} : { version });
  const breaker = new Breaker(fault);
  const patient = { ...options, warn: false, pollTimeout: 10_000, connectTimeout: 10_000 };
  const client = new Client(server.address, {
    ...patient,
    ...{ connect: breaker.connect, retryTimeout: 1 },
  });
  await using other = new Client(server.address, patient);
  await Promise.all([client, other].map((each) => each.getOrSet("warm", () => 1, TTL)));
  breaker.at = at;
  let expected: readonly unknown[];
  try {
    expected = await scene({ server, client, other });
  } catch (cause) {
    throw new Error(what, { cause });
  }
  const { struck } = breaker;
  breaker.at = Infinity;
  await client.close();
  const left = await other.get("a", { strict: true });
  assert(expected.includes(left), `${what}: ${Deno.inspect(left)} is left`);
  // Leases and locks end.
  server.advance(61);
  const next = await other.getOrSet("a", () => "next", { ...TTL, strict: true });
  assert(next === "next" || next === left, `${what}: ${next}`);
  return struck;
}

function among(value: unknown, ...values: readonly unknown[]): void {
  assert(values.includes(value), `${Deno.inspect(value)} is none of ${values}`);
}
