import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { type Fault, MemcachedServer } from "@libmc/libmc/testing";
import { Random } from "../support/random.ts";

const KEYS: readonly string[] = Array.from({ length: 40 }, (_, i) => `key${i}`);
const FAULTS: readonly Fault[] = [
  { kind: "wrongLength" },
  { kind: "truncatedValue", then: "continue" },
  { kind: "truncatedValue", then: "close" },
  { kind: "truncatedValue", then: "silence" },
  { kind: "wrongKey" },
  { kind: "garbageLine" },
  { kind: "extraReply" },
  { kind: "missingReply", then: "continue" },
  { kind: "missingReply", then: "close" },
  { kind: "missingReply", then: "silence" },
  { kind: "serverError" },
  { kind: "singleBytes" },
];

for (const fault of FAULTS) {
  const name = "then" in fault ? `${fault.kind}, then ${fault.then}` : fault.kind;
  Deno.test(`Client gives nobody in a crowd a value of another key: ${name}`, async () => {
    const seed = 20260901;
    await using server = await MemcachedServer.start({ seed });
    await using client = new Client(server.address, {
      pollTimeout: 40,
      connectTimeout: 2000,
      retryTimeout: 5,
    });
    await client.setMulti(KEYS.map((key) => [key, valueOf(key)]));
    const active = server.fault({ ...fault, probability: 0.03 });
    const random = new Random(seed);
    let hits = 0;
    function look(key: string, value: unknown): void {
      if (value === undefined) return;
      assertEquals(value, valueOf(key), `seed ${seed}`);
      hits++;
    }
    await Promise.all(Array.from({ length: 40 }, async () => {
      for (let i = 0; i < 25; i++) {
        const key = random.pick(KEYS);
        const keys = [key, random.pick(KEYS), random.pick(KEYS)];
        const method = random.below(5);
        if (method === 0) await client.set(key, valueOf(key));
        else if (method === 1) { for (const found of await client.getMulti(keys)) look(...found); }
        else if (method === 2) look(key, (await client.gets(key))?.value);
        else if (method === 3) look(key, await client.gat(key, 1000));
        else look(key, await client.get(key));
      }
    }));
    assert(active.struck > 2 && hits > 100, `${active.struck} faults, ${hits} hits`);
    active.remove();
    assertEquals(await works(client), true);
  });
}

/** The client has all it needs again, once what was out of step has been closed. */
async function works(client: Client): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    if (await client.set("again", "again") && await client.get("again") === "again") return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

function valueOf(key: string): string {
  return `value of ${key}, ${"v".repeat(20)}`;
}
