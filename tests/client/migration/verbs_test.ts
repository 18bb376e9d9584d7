/** Every verb of a client that moves gives what it gives on one server, wherever its items are. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { META_VERBS } from "../../support/meta_verbs.ts";
import { ALL_VERBS, KEY, KEYS } from "../../support/verbs.ts";
import { startRig, startStill } from "./rig.ts";

const GIVEN = { key: KEY, keys: KEYS, value: "v", items: KEYS.map((key) => [key, "v"] as const) };
const OF_KEYS: readonly { name: string; call(client: Client): Promise<unknown> }[] = [
  ...ALL_VERBS.filter(({ kind }) => !["server", "client"].includes(kind)).map((verb) => ({
    name: verb.name,
    call: (client: Client) => verb.call(client),
  })),
  ...META_VERBS.filter(({ name }) => name !== "meta.noop" && name !== "meta.debug").map((verb) => ({
    name: verb.name,
    call: (client: Client) => verb.call(client, {}, GIVEN),
  })),
  { name: "meta.get with vivify", call: ({ meta }) => meta.get(KEY, { vivify: 30, ttl: true }) },
  { name: "incr with initial", call: (client) => client.incr(KEY, 5, { initial: 1 }) },
  { name: "update", call: (client) => client.update(KEY, (value) => [value], { exptime: 60 }) },
  { name: "getOrSet", call: (client) => client.getOrSet(KEY, () => 77, { ttl: 60 }) },
  {
    name: "getOrSetMulti",
    call: (client) =>
      client.getOrSetMulti(KEYS, (keys) => keys.map((key) => [key, 7] as const), { ttl: 60 }),
  },
];
const FILLINGS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  nothing: () => Promise.resolve(),
  numbers: (client) => client.setMulti(KEYS.map((key, i) => [key, i + 10]), { exptime: 600 }),
  "raw text": (client) => client.setRaw(KEY, new TextEncoder().encode("raw"), { flags: 7 }),
  "a split value": (client) => client.set(KEY, "x".repeat(500_000)),
};
/** With chunks of a fifth of a megabyte most of the time goes to the verbs, and not to the bytes. */
const OPTIONS: ClientOptions = { allowFlushAll: true, itemSizeLimit: 200_000 };

for (const [filling, fill] of Object.entries(FILLINGS)) {
  Deno.test(`Each verb gives the same before, while and after the client moves: ${filling}`, async () => {
    await using rig = await startRig(OPTIONS);
    const { old, plain } = rig;
    await using alone = await startStill();
    await using reference = new Client(alone.address, { ...OPTIONS, pollTimeout: 5000 });
    for (const verb of OF_KEYS) {
      await reference.flushAll();
      await fill(reference);
      const isBig = filling === "a split value";
      const expected = await answerOf(verb, reference);
      const left = await itemsOf(reference);
      for (const stage of ["read_old", "read_new"] as const) {
        for (const isCarried of stage === "read_old" || isBig ? [false] : [false, true]) {
          await old.flushAll();
          await plain.flushAll();
          await fill(old);
          const client = rig.moving({ stage });
          if (isCarried) await client.getMulti(KEYS);
          const name = `${verb.name} in ${stage}${isCarried ? ", carried" : ""}`;
          assertEquals(await answerOf(verb, client), expected, name);
          assertEquals(await itemsOf(client), left, `after ${name}`);
          await client.close();
        }
      }
    }
  });
}

async function answerOf(
  verb: { call(client: Client): Promise<unknown> },
  client: Client,
): Promise<unknown> {
  const answer = await verb.call(client).catch((error) => String(error));
  if (answer instanceof ReadableStream) return new Uint8Array(await new Response(answer).bytes());
  return withoutCas(answer);
}

/** A cas is that of its server. */
function withoutCas(answer: unknown): unknown {
  if (answer instanceof Map) {
    return new Map(Array.from(answer, ([key, value]) => [key, withoutCas(value)]));
  }
  if (typeof answer !== "object" || answer === null) return answer;
  if ("token" in answer) return "a lock";
  if (!("cas" in answer)) return answer;
  assert(typeof answer.cas === "bigint");
  return { ...answer, cas: 0n };
}

async function itemsOf(client: Client): Promise<unknown> {
  return await Promise.all(KEYS.map(async (key) => {
    const raw = await client.getRaw(key);
    // A placeholder is a miss for a client that moves.
    return [raw?.data.length === 0 ? undefined : raw, await client.get(key)];
  }));
}
