import { Client, type ClientOptions } from "@libmc/libmc";
import type { ProxyFaults } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { playRounds } from "../support/rounds.ts";
import { startProxy } from "../support/some_port.ts";
import { Chaos, HASTY } from "./model/chaos.ts";
import type { Tally } from "./model/doubtful_run.ts";
import { expectRight } from "./model/expect_right.ts";
import { type Operation, type OperationName, randomOperations } from "./model/operation.ts";
import { runOverlapping } from "./model/overlapping_run.ts";
import { Performer } from "./model/performer.ts";

const SEED = 20261129;
/** A request that is lost stays lost, and one that arrives does so before its connection is gone. */
const FAULTS: readonly ProxyFaults[] = [
  {},
  { reset: "request", probability: 0.2 },
  { reset: "reply", probability: 0.2 },
];
const RETRYING: ClientOptions = { ...HASTY, maxRetries: 3, pollTimeout: 1000 };
const NAMES: readonly OperationName[] = ["set", "set", "set", "delete", "incr"];

for (const connections of [1, 3]) {
  Deno.test(`Client repeats no call behind a later one for the same key, ${connections} connection(s)`, async () => {
    await using server = await startMemcached({ args: ["-t", "1"] });
    const tally: Tally = { answered: 0, unsent: 0, doubted: 0 };
    let runs = 0;
    async function run(operations: readonly Operation[], seed: number) {
      await using proxy = await startProxy(server.address, seed);
      await using client = new Client(proxy.address, { ...RETRYING, connections });
      const chaos = new Chaos(seed, (random) => proxy.set(random.pick(FAULTS)));
      const performer = new Performer(client, `${runs++}:`);
      const wrong = await runOverlapping(performer, operations, tally);
      await chaos.end();
      return wrong;
    }
    await playRounds({
      count: 20,
      tally,
      async play(round) {
        const seed = SEED + round;
        const shape = { callers: 6, count: 300, names: NAMES };
        const operations = randomOperations(new Random(seed), shape);
        await expectRight(seed, operations, (part) => run(part, seed));
      },
      isEnough: () => tally.answered > 3000 && tally.doubted > 50,
    });
  });
}
