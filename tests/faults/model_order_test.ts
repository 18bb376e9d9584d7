import { Client, type ClientOptions } from "@libmc/libmc";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { runCertain } from "./model/certain_run.ts";
import { expectRight } from "./model/expect_right.ts";
import { randomOperations } from "./model/operation.ts";
import { Performer } from "./model/performer.ts";

const SEED = 20261128;
const PATIENT: ClientOptions = { strict: true, pollTimeout: 10_000, connectTimeout: 10_000 };
const ROUNDS: readonly [what: string, ClientOptions, rounds: number, bigs: number][] = [
  ["one connection, values that are split", {}, 20, 30],
  ["three connections", { connections: 3 }, 300, 0],
  ["three connections, values that are split", { connections: 3 }, 20, 30],
  ["three connections, no replies", { connections: 3, noreply: true }, 300, 0],
  ["values near", { nearCache: { maxBytes: 5_000_000, maxAge: 60_000 } }, 100, 0],
  [
    "values near that are split",
    { connections: 3, nearCache: { maxBytes: 50_000_000, maxAge: 60_000 } },
    8,
    30,
  ],
  ["three connections, no replies, split", { connections: 3, noreply: true }, 20, 30],
];

for (const [what, options, rounds, bigs] of ROUNDS) {
  Deno.test(`Client carries out the calls for a key in the order in which they were made: ${what}`, async () => {
    await using server = await startMemcached();
    await using client = new Client(server.address, { ...PATIENT, ...options });
    await client.version();
    let runs = 0;
    for (let round = 0; round < rounds; round++) {
      const seed = SEED + round;
      const random = randomOperations(new Random(seed), { callers: 6, count: 60, bigs });
      // Behind a command without a reply nobody can tell whom an error line answers, and this one has a reply.
      const operations = random.filter(({ name }) =>
        !options.noreply || name !== "meta.arithmetic"
      );
      await expectRight(
        seed,
        operations,
        (part) => runCertain(new Performer(client, `${runs++}:`), part, options),
      );
    }
  });
}
