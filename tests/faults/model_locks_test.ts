/** Many callers of two clients want the same locks, while time passes and the network fails: see `support/history/holders.ts`. */

import { assert } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Holders, wantLock } from "../support/history/holders.ts";
import { Random } from "../support/random.ts";
import { playRounds } from "../support/rounds.ts";
import { startProxy } from "../support/some_port.ts";
import { moment } from "./matrix/scene.ts";
import { Chaos, HASTY, NETWORK_FAULTS } from "./model/chaos.ts";

const SEED = 20261202;
const TTL = 30;

for (const isFailing of [false, true]) {
  const what = isFailing ? "while time passes and the network fails" : "while time passes";
  Deno.test(`A lock has one holder at a time, and each a greater token than all before, ${what}`, async () => {
    const holders = new Holders();
    const play = async (round: number) => {
      const seed = SEED + round;
      await using server = await MemcachedServer.start();
      await using proxy = await startProxy(server.address, seed);
      const options: ClientOptions = isFailing ? HASTY : { ...HASTY, pollTimeout: 10_000 };
      await using one = new Client(proxy.address, options);
      await using wide = new Client(proxy.address, { ...options, connections: 3 });
      const chaos = new Chaos(seed, async (random) => {
        if (random.below(3) === 0) {
          server.advance(TTL);
          holders.expire();
        }
        if (isFailing) await proxy.set(random.pick(NETWORK_FAULTS));
      });
      await Promise.all(Array.from({ length: 12 }, async (_, i) => {
        const random = new Random(seed + i);
        const rest = () => moment(random.below(10));
        for (let turn = 0; turn < 30; turn++) {
          const key = `${round}:lock${random.below(2)}`;
          const client = i % 2 === 0 ? one : wide;
          await wantLock(client, key, { ttl: TTL, holders, random, rest });
          await rest();
        }
      }));
      await chaos.end();
      assert(holders.wrong === undefined, `seed ${seed}: ${holders.wrong}`);
    };
    const { tally } = holders;
    const isEnough = () => tally.given > 100 && tally.refused > 100 && tally.outlived > 5;
    await playRounds({ count: 4, tally, play, isEnough });
  });
}
