/** What the tests of nearCache share. */

import { assert } from "@std/assert";
import {
  Client,
  type ClientOptions,
  type NearCacheOptions,
  type ServerCounters,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { systemClock } from "../../../src/clock.ts";
import { Recorder } from "../../compat/recording_connect.ts";

export const NEAR: NearCacheOptions = { maxBytes: 50_000_000, maxAge: 60_000 };
export const PLAIN: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };
export const PATIENT: ClientOptions = { ...PLAIN, nearCache: NEAR };

/** A client that keeps values, another one that does not, and their server. */
export async function start(options: ClientOptions = {}) {
  const server = await MemcachedServer.start();
  const recorder = new Recorder();
  // Time that is told stands still until a test turns it; timers run.
  const clock = { ...systemClock, ahead: 1000, now: () => clock.ahead };
  const client = new Client(server.address, {
    ...PATIENT,
    ...{ pollTimeout: 0, timeout: 0, clock, connect: recorder.connect },
    ...options,
  });
  const another = new Client(server.address, PLAIN);
  return {
    ...{ server, client, another, clock },
    sent: () => recorder.connections[0].sent,
    async [Symbol.asyncDispose]() {
      await client.close();
      await another.close();
      await server.stop();
    },
  };
}

export function countersOf(client: Client, server = client.servers[0]): ServerCounters {
  const counters = client.counters().get(server);
  assert(counters !== undefined);
  return counters;
}
