/**
 * One suite for a client and any memcached behind it. It is a function of the servers, so that it runs on the daemon
 * and on the embedded server alike: the latter is believed only because both pass.
 */

import { Client, type ClientOptions } from "@libmc/libmc";
import { ARITHMETIC_CASES } from "./conformance/arithmetic.ts";
import type { ConformanceCase, Servers } from "./conformance/case.ts";
import { CLOSE_AND_EVENT_CASES } from "./conformance/close_and_events.ts";
import { EXPTIME_CASES } from "./conformance/exptime.ts";
import { MULTI_STORAGE_CASES } from "./conformance/multi_storage.ts";
import { OPTION_CASES } from "./conformance/options.ts";
import { RETRIEVAL_CASES } from "./conformance/retrieval.ts";
import { ROUTING_CASES } from "./conformance/routing.ts";
import { SERVER_CASES } from "./conformance/server_commands.ts";
import { STORAGE_CASES } from "./conformance/storage.ts";
import { VALUE_CASES } from "./conformance/values.ts";

/** A server of either kind. */
export interface TestServer extends AsyncDisposable {
  /** As a client is given it. */
  readonly address: string;
  /** What a client needs to be told to get in; the same for all servers of a run. */
  readonly access?: ClientOptions;
  /** Turns its clock; one that cannot be turned has to be waited for. */
  advance?(seconds: number): void;
}

/** What differs from one run of the suite to another. */
export interface ConformanceOptions {
  /** How many servers the client has. */
  count: number;
  /** Runs the cases for which time must pass, too. */
  takesTime: boolean;
}

/** Registers the suite as one test with a step a case. */
export function conformance(
  name: string,
  start: () => Promise<TestServer>,
  { count, takesTime }: ConformanceOptions,
): void {
  const cases = CASES.filter((found) => takesTime || !found.takesTime);
  Deno.test(`Client does ${cases.length} things as it should on ${name}`, async (t) => {
    await using stack = new AsyncDisposableStack();
    const started = await Promise.all(Array.from({ length: count }, start));
    for (const server of started) stack.use(server);
    const servers = serversOf(started);
    await using cleaner = servers.client({ allowFlushAll: true });
    for (const { name, run } of cases) {
      await cleaner.flushAll();
      // A server notices only a moment later that a client has gone: what leaks is found at the end of the whole.
      await t.step({ name, fn: () => run(servers), sanitizeOps: false, sanitizeResources: false });
    }
  });
}

const CASES: readonly ConformanceCase[] = [
  ...RETRIEVAL_CASES,
  ...STORAGE_CASES,
  ...MULTI_STORAGE_CASES,
  ...VALUE_CASES,
  ...ARITHMETIC_CASES,
  ...EXPTIME_CASES,
  ...SERVER_CASES,
  ...OPTION_CASES,
  ...ROUTING_CASES,
  ...CLOSE_AND_EVENT_CASES,
];

function serversOf(started: readonly TestServer[]): Servers {
  const addresses = started.map(({ address }) => address);
  return {
    addresses,
    client: (options = {}, some = addresses) =>
      new Client(some, { ...PATIENT, ...started[0].access, ...options }),
    async pass(seconds) {
      for (const server of started) server.advance?.(seconds);
      if (started.every((server) => server.advance !== undefined)) return;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    },
  };
}

/** A machine that is busy with other tests must not make a call fail. */
const PATIENT: ClientOptions = { strict: true, connectTimeout: 5000, pollTimeout: 5000 };
