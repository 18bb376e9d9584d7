import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { type Fault, MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { playRounds } from "../support/rounds.ts";
import { bigValueOf, lettersOf } from "./model/big_values.ts";
import { HASTY } from "./model/chaos.ts";
import { runDoubtful, type Tally } from "./model/doubtful_run.ts";
import { expectRight } from "./model/expect_right.ts";
import { randomOperations } from "./model/operation.ts";
import { Performer } from "./model/performer.ts";

const SEED = 20261130;
/** What befalls one chunk, or the manifest, and not the others. */
const FAULTS: readonly Fault[] = [
  { kind: "serverError", commands: ["set"], probability: 0.1 },
  { kind: "missingReply", commands: ["set"], probability: 0.05, then: "close" },
  { kind: "serverError", commands: ["set"], probability: 0.05, closeAfterMs: 2 },
  { kind: "missingReply", commands: ["get"], probability: 0.02, then: "close" },
];

Deno.test("Client leaves no mixture of split values when a part of a call fails", async () => {
  await using server = await MemcachedServer.start({ seed: SEED });
  const faults = FAULTS.map((fault) => server.fault(fault));
  await using client = new Client(server.address, { ...HASTY, pollTimeout: 1000 });
  const tally: Tally = { answered: 0, unsent: 0, doubted: 0 };
  let runs = 0;
  await playRounds({
    count: 4,
    tally,
    async play(round) {
      const seed = SEED + round;
      const operations = randomOperations(new Random(seed), { callers: 4, count: 150, bigs: 80 });
      await expectRight(seed, operations, (part) => {
        const performer = new Performer(client, `${runs++}:`);
        return runDoubtful(performer, part, { losses: () => 0 }, tally);
      });
    },
    isEnough: () =>
      faults.every(({ struck }) => struck > 0) && tally.answered > 200 && tally.doubted > 20,
  });
});

for (
  const [what, count, options] of [
    ["one client with three connections", 1, { connections: 3 }],
    ["two clients", 2, {}],
    ["two clients with three connections", 2, { connections: 3 }],
  ] as [string, number, ClientOptions][]
) {
  Deno.test(`Clients that write one key give whole values or misses: ${what}`, async () => {
    await using server = await startMemcached();
    await using first = new Client(server.address, options);
    await using second = new Client(server.address, options);
    const clients = count === 1 ? [first, first] : [first, second];
    const random = new Random(SEED);
    const wrong = new Set<unknown>();
    let hits = 0;
    let isOver = false;
    const writers = clients.map(async (client, i) => {
      for (let version = 0; version < 25; version++) {
        await client.set("key", bigValueOf(`w${i}v${version}`));
        if (random.below(8) === 0) await client.delete("key");
      }
    });
    const readers = clients.map(async (client) => {
      while (!isOver) {
        const value = await client.get("key");
        if (value === undefined) continue;
        hits++;
        const letters = String(lettersOf(value));
        if (!/^w[01]v\d+$/.test(letters)) wrong.add(letters);
      }
    });
    await Promise.all(writers);
    isOver = true;
    await Promise.all(readers);
    assertEquals([...wrong], [], `seed ${SEED}`);
    assert(hits > 0, String(hits));
    for (const client of clients) {
      const last = await client.get("key");
      if (last !== undefined) assert(/^w[01]v\d+$/.test(String(lettersOf(last))));
    }
  });
}
