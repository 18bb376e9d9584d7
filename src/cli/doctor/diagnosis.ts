/** All steps of one server, one after the other. */

import { Client, type ClientOptions, type Endpoint } from "../../../mod.ts";
import type { Clock } from "../../clock.ts";
import { parseAddress } from "../../placement/address.ts";
import { checkDial, checkFirstReply, checkName, checkTls, type DialSetUp } from "./dial.ts";
import { dialFailure } from "./dial_failure.ts";
import { atMostGrace, withGrace } from "../interrupt.ts";
import { type CheckName, failed, type Finding, type Said } from "./finding.ts";
import {
  checkClock,
  checkMeta,
  checkPassword,
  checkStore,
  checkVersion,
  onlyError,
  type UseSetUp,
} from "./use.ts";

/** Examines a server, and gives what it finds, step by step, until one fails. It throws when the signal is aborted. */
export async function* diagnosis(
  server: string,
  options: ClientOptions,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Finding, void, void> {
  const setUp = dialSetUp(server, options, clock);
  const client = new Client(server, options);
  const use: UseSetUp = { client, key: `libmc-doctor-${crypto.randomUUID()}`, signal };
  let isLocked = false;
  let hasMeta = false;
  const steps: readonly (readonly [CheckName, () => Promise<Said>])[] = [
    ["name", () => checkName(setUp)],
    ["dial", () => checkDial(setUp)],
    ["tls", () => checkTls(setUp)],
    ["first reply", async () => {
      const found = await checkFirstReply(setUp);
      isLocked = found.isLocked;
      return found.said;
    }],
    ["password", () => checkPassword(use, isLocked, options.auth !== undefined)],
    ["version", () => checkVersion(use)],
    ["meta", async () => {
      const said = await checkMeta(use);
      hasMeta = said.state === "ok";
      return said;
    }],
    ["store", () => checkStore(use, 100)],
    ["1 MB", () => checkStore(use, 1_000_000)],
    ["clock", () => checkClock(use, hasMeta)],
  ];
  try {
    for (const [check, take] of steps) {
      const began = clock.now();
      const taken = take().catch((error) => {
        signal.throwIfAborted();
        return saidOf(error, setUp);
      });
      const said = await withGrace(taken, clock, signal);
      yield { check, ...said, ms: clock.now() - began };
      if (said.state === "fail") return;
    }
  } finally {
    const closed = client.close();
    await (signal.aborted ? atMostGrace(clock, closed) : closed);
  }
}

/** A step that failed in a way that it does not expect: the server died between two steps, or the network fails. */
function saidOf(error: unknown, { endpoint, timeout }: DialSetUp): Said {
  const only = onlyError(error);
  if (only !== undefined) return failed(only.message, AGAIN);
  if (error instanceof TypeError || error instanceof RangeError) throw error;
  return dialFailure(error, endpoint, timeout);
}

const AGAIN = "Run it again: if it fails at another step, the network loses packets";

function dialSetUp(
  server: string,
  { tls = false, connectTimeout: timeout = 0 }: ClientOptions,
  clock: Clock,
): DialSetUp {
  const { path, host, port } = parseAddress(server);
  const endpoint: Endpoint = path !== undefined ? { path } : { hostname: host, port };
  return { endpoint, tls: tls === false ? undefined : tls === true ? {} : tls, clock, timeout };
}
