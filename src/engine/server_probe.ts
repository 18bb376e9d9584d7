/**
 * Finds out whether a server serves, on the connection that all calls share: what a probe meets is what they meet. A server
 * that is dead is not dialled for it before its pause has passed.
 */

import { Deadline } from "../clock.ts";
import type { Server } from "../cluster/server.ts";
import { HealthProbe } from "../commands/health_probe.ts";
import { Receiver } from "../commands/receiver.ts";
import { type MemcachedError, ReplyError } from "../errors.ts";
import { saw } from "../observe/sightings.ts";
import type { Engine } from "./engine.ts";

/** What probes of one call share: they are over at the same moment. */
export class ProbeLimit {
  readonly deadline: Deadline = new Deadline(Infinity);
  readonly #givingUp = new Set<() => void>();

  /** Ends all that is under way. */
  reached(now: number): void {
    this.deadline.at = now;
    for (const giveUp of this.#givingUp) giveUp();
  }

  /** True once it is. */
  get isReached(): boolean {
    return this.deadline.at < Infinity;
  }

  /** Has something called when it is, unless that is cancelled. */
  onReached(giveUp: () => void): () => void {
    this.#givingUp.add(giveUp);
    return () => void this.#givingUp.delete(giveUp);
  }
}

/** What a probe has found: how long the answer took, in milliseconds, or why there is none. */
export type Probed =
  | { readonly latency: number }
  | { readonly error: MemcachedError | "late" };

/**
 * Probes a server. A proxy asks the server that has the key, and answers by an error line if that one is away: then some
 * other keys are asked for before it counts as one that does not serve.
 */
export async function probe(engine: Engine, server: Server, limit: ProbeLimit): Promise<Probed> {
  const key = engine.keys.unused();
  let probed: Probed = await probeOnce(engine, server, key, limit);
  for (const other of OTHERS) {
    const isRefused = "error" in probed && probed.error instanceof ReplyError &&
      probed.error.kind === "SERVER_ERROR";
    if (!isRefused || limit.isReached) break;
    probed = await probeOnce(engine, server, key.slice(0, -other.length) + other, limit);
  }
  return probed;
}

function probeOnce(
  engine: Engine,
  server: Server,
  key: string,
  limit: ProbeLimit,
): Promise<Probed> {
  const { clock } = engine.settings;
  const { promise, resolve } = Promise.withResolvers<Probed>();
  // A dial is no part of the latency.
  let from = clock.now();
  const receiver = new ProbeReceiver((error) => {
    forget();
    resolve(error === undefined ? { latency: clock.now() - from } : { error });
  });
  const forget = limit.onReached(() => receiver.end("late"));
  const command = new HealthProbe(key, receiver);
  command.deadline = limit.deadline;
  engine.cluster.submitTo(server, command, () => from = clock.now());
  return promise;
}

/** Receives what came of a probe, once. */
class ProbeReceiver extends Receiver<true> {
  override settled = false;
  readonly #ended: (error: MemcachedError | "late" | undefined) => void;

  constructor(ended: (error: MemcachedError | "late" | undefined) => void) {
    super();
    this.#ended = ended;
  }

  end(error: MemcachedError | "late" | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.#ended(error);
  }

  override resolve(): void {
    this.end(undefined);
  }

  override reject(error: MemcachedError): void {
    this.end(error);
  }

  override rejectMisuse(reason: unknown): void {
    this.end(reason as MemcachedError);
  }
}

/** Notes whether a server was found up. Gives since when it is so, in milliseconds since 1970. */
export function sawServer(server: Server, isUp: boolean): number {
  return saw(server, isUp).since;
}

/** Ends of the other keys that are asked for. */
const OTHERS = ["-2", "-3", "-4"];
