/**
 * The model of one client against clients with options that change how keys are sent, placed and kept, whose servers move
 * while they work.
 */

import { assertGreater } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
import { Random } from "../support/random.ts";
import { runCertain } from "./model/certain_run.ts";
import { Chaos } from "./model/chaos.ts";
import { ChangingServers, drawnOptions, drawnPrefix } from "./model/drawn_options.ts";
import { expectRight } from "./model/expect_right.ts";
import { randomOperations } from "./model/operation.ts";
import { Performer } from "./model/performer.ts";

const SEED = 20261205;
const PATIENT: ClientOptions = { strict: true, pollTimeout: 10_000, connectTimeout: 10_000 };
const ROUNDS = 25;

Deno.test("Client gives the answers of the model with options drawn at random, while its servers move", async () => {
  await using stack = new AsyncDisposableStack();
  const places: (readonly string[])[] = [];
  for (let i = 0; i < 3; i++) {
    const server = stack.use(await MemcachedServer.start());
    const proxy = stack.use(await FaultProxy.start({ target: server.address }));
    places.push([server.address, proxy.address]);
  }
  const listOf = (random: Random) =>
    places.map((addresses, i) => `${random.pick(addresses)} cache${i}`);
  let runs = 0;
  let moves = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    const random = new Random(seed);
    const options = { ...PATIENT, ...drawnOptions(random) };
    const how = random.pick(["a list", "a function", "an iterable"] as const);
    const prefix = drawnPrefix(random, round);
    const operations = randomOperations(random, { callers: 6, count: 80 });
    await expectRight(seed, operations, async (part) => {
      const servers = new ChangingServers(listOf(new Random(seed)));
      const source = how === "a function" ? servers.asked : servers.pushed();
      await using client = new Client(
        how === "a list" ? listOf(new Random(seed)) : source,
        options,
      );
      client.addEventListener("servers", () => void moves++);
      await client.version();
      const chaos = new Chaos(seed, (random) => {
        if (random.below(4) === 0) {
          const list = listOf(random);
          if (how === "a list") client.setServers(list);
          else servers.change(list);
        }
        return Promise.resolve();
      });
      const wrong = await runCertain(new Performer(client, `${prefix}${runs++}:`), part);
      await chaos.end();
      return wrong === undefined ? undefined : `${how}, ${JSON.stringify(options)}: ${wrong}`;
    });
  }
  assertGreater(moves, ROUNDS);
});
