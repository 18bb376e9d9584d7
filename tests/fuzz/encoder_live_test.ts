import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { type CallContext, type RandomCall, randomCall } from "../client/random_calls.ts";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import type { Request } from "../support/request_reader.ts";
import { Wire } from "../support/wire.ts";
import { requestText } from "./request_text.ts";

const ROUNDS = 300;
const CALLS = 40;
/** Nothing in the background counts items or drops those that have expired. */
const STILL = { args: ["-o", "no_lru_crawler,no_lru_maintainer", "-t", "1"] };
const SENTINELS: readonly string[] = Array.from({ length: 20 }, (_, i) => `sentinel${i}`);

Deno.test("Client changes nothing on memcached that was not asked for, whatever the arguments", async () => {
  for (
    const [prefix, noreply, seed] of [["", false, 1], ["é:", false, 2], ["", true, 3]] as const
  ) {
    await using told = await startMemcached(STILL);
    await using meant = await startMemcached(STILL);
    using toldWire = await Wire.connect(told.address);
    using meantWire = await Wire.connect(meant.address);
    // One server hears of the calls from the client; the other is told what they mean, word by word.
    await using client = new Client(told.address, {
      prefix,
      noreply,
      pollTimeout: 5000,
      connectTimeout: 5000,
    });
    const random = new Random(seed);
    const keys = new Set<string>(SENTINELS);
    for (const wire of [toldWire, meantWire]) await carryOut(wire, SENTINELS.map(sentinel));
    let calls = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const context: CallContext = { prefix, noreply, now: Math.floor(Date.now() / 1000) };
      const begun = Array.from({ length: CALLS }, () => randomCall(random, context))
        .filter((call) => !expiresSoon(call) && !endsConnection(call));
      await Promise.allSettled(begun.map((call) => call.begin(client)));
      const requests = begun.flatMap((call) => call.requests ?? []);
      // A command without a reply may still be on its way: one behind it has its turn after it.
      if (noreply) await client.version();
      await carryOut(meantWire, requests);
      for (const key of requests.flatMap((request) => request.keys)) keys.add(key);
      const about = `seed ${seed}, round ${round}: ${begun.map(({ name }) => name)}`;
      calls += begun.length;
      const isLast = round === ROUNDS - 1;
      const looked = isLast || round % 10 === 0 ? keys : [...SENTINELS, ...keysOf(requests)];
      const lookups = Array.from(looked, gets);
      assertEquals(await carryOut(toldWire, lookups), await carryOut(meantWire, lookups), about);
      // Items that have expired are counted until somebody looks.
      if (looked !== keys) continue;
      assertEquals(await itemCount(toldWire), await itemCount(meantWire), about);
    }
    const { connects, desyncs } = client.counters().get(told.address)!;
    assertEquals([connects, desyncs], [1, 0]);
    assert(calls > ROUNDS * CALLS / 2 && keys.size > 500, `${calls} calls, ${keys.size} keys`);
  }
});

/** Sends requests, and gives all that is answered. */
async function carryOut(wire: Wire, requests: readonly Request[]): Promise<string> {
  await wire.send(requests.map(requestText).join("") + "version\r\n");
  const replies = await wire.until("VERSION 1.6.18\r\n");
  assert(replies.endsWith("VERSION 1.6.18\r\n"), `the connection was closed after ${replies}`);
  return replies;
}

async function itemCount(wire: Wire): Promise<string | undefined> {
  const stats: Request = { name: "stats", keys: [], numbers: [], word: "", noreply: false };
  return /STAT curr_items \d+/.exec(await carryOut(wire, [stats]))?.[0];
}

function sentinel(key: string): Request {
  return { name: "set", keys: [key], numbers: [7n, 0n], data: `of ${key}`, noreply: false };
}

function gets(key: string): Request {
  return { name: "gets", keys: [key], numbers: [], noreply: false };
}

function keysOf(requests: readonly Request[]): Set<string> {
  return new Set(requests.flatMap(({ keys }) => keys));
}

/** One second is over on one server before it is on the other. */
function expiresSoon({ requests }: RandomCall): boolean {
  return requests?.some(({ name, data, numbers }) => {
    const exptime = data === undefined ? numbers[0] : numbers[1];
    return (data !== undefined || name === "touch" || name.startsWith("gat")) && exptime === 1n;
  }) ?? false;
}

/** memcached answers an unknown name by ERROR, at which the client does not trust the connection any more. */
function endsConnection({ requests }: RandomCall): boolean {
  return requests?.some(({ word }) => word?.startsWith("x")) ?? false;
}
