/** The figures of one server, asked for again and again. */

import {
  Client,
  type ClientOptions,
  MemcachedError,
  MultiError,
  ServerDeadError,
} from "../../../mod.ts";
import type { Clock } from "../../clock.ts";
import type { Counted } from "../growth.ts";
import { parseAddress } from "../../placement/address.ts";

/** What one question gave. */
export interface Sample extends Counted {
  /** How long the server took for a small question, in milliseconds. */
  readonly latency: number;
}

/** What is known of a server now. */
export interface ServerState {
  readonly server: string;
  readonly last: Sample | undefined;
  /** The one before, if there was an answer then. */
  readonly before: Sample | undefined;
  /** Why there is no answer; `undefined` while there is. */
  readonly trouble: string | undefined;
}

/** Asks one server on a connection that stays. */
export class ServerPoll {
  readonly server: string;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #asking: Promise<void> | undefined;
  #last: Sample | undefined;
  #before: Sample | undefined;
  #trouble: string | undefined;

  /** @param interval Milliseconds between two questions: a dead server is dialled as often. */
  constructor(server: string, options: ClientOptions, clock: Clock, interval: number) {
    this.server = parseAddress(server).name;
    this.#clock = clock;
    this.#client = new Client(server, { ...options, retryTimeout: interval });
  }

  get state(): ServerState {
    const { server } = this;
    const trouble = this.#trouble ?? (this.#asking === undefined ? undefined : "no answer yet");
    return { server, last: this.#last, before: this.#before, trouble };
  }

  /** Asks, unless the last question is not answered yet. The promise never rejects. */
  ask(): Promise<void> {
    return this.#asking ??= this.#ask().finally(() => this.#asking = undefined);
  }

  /** Waits for no answer. */
  close(): Promise<void> {
    this.#closing.abort(new Error("It was asked for the last time"));
    return this.#client.close();
  }

  async #ask(): Promise<void> {
    const { signal } = this.#closing;
    try {
      const [stats] = (await this.#client.stats("", { signal })).values();
      const at = this.#clock.now();
      // The connection is there now, which a first question would have had to wait for.
      await this.#client.version({ signal });
      const latency = this.#clock.now() - at;
      this.#before = this.#last;
      this.#last = { at, latency, stats };
      this.#trouble = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.#before = undefined;
      this.#last = undefined;
      this.#trouble = textOf(error);
    }
  }
}

function textOf(error: unknown): string {
  const only = error instanceof MultiError ? error.errors[0] : error;
  if (!(only instanceof MemcachedError)) throw error;
  // Of a server that is dead this is told anyhow: the cause is why.
  return only instanceof ServerDeadError && only.cause instanceof Error
    ? only.cause.message
    : only.message;
}
