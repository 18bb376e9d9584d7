/**
 * A caller behind what behaves as some proxies do when one of their servers is gone: it answers a command with an error,
 * and closes the connection behind it. The calls that follow are for a server that is well: none may be lost.
 */

import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import type { Random } from "../../support/random.ts";
import type { Tally } from "./tally.ts";
import { pause } from "./troublemaker.ts";

/** Calls until the signal is aborted. */
export async function callAClosingProxy(
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await using server = await MemcachedServer.start({ seed: random.below(2 ** 32) });
  await using client = new Client(server.address, {
    connectTimeout: 60_000,
    pollTimeout: 60_000,
    timeout: 60_000,
  });
  await client.set("healthy", "value");
  while (!signal.aborted) {
    const fault = server.fault({ kind: "serverError", commands: ["gat"], closeAfterMs: 0 });
    tally.unsettled++;
    await client.gatMulti(["sick", "healthy"], 3600);
    try {
      for (let i = random.below(3); i >= 0; i--) {
        const strict = { strict: true };
        const answer = random.below(2) === 0
          ? await client.get("healthy", strict)
          : await client.set("healthy", "value", strict);
        if (answer !== "value" && answer !== true) throw new Error(`It gave ${answer}`);
      }
    } catch (error) {
      tally.addWrong("behind a proxy that closes", String(error));
    }
    tally.unsettled--;
    tally.operations++;
    fault.remove();
    await pause(random.below(100), signal);
  }
}
