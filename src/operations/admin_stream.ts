/**
 * Answers that come one by one for as long as the caller asks: an async iterator over connections of its own. When the
 * caller leaves, or its signal is aborted, the connections are closed at once, even while the server is silent: a plain
 * generator would first wait for the next line.
 */

import type { Engine } from "../engine/engine.ts";
import { ClosedError, MemcachedError } from "../errors.ts";
import { isSound } from "../thrown.ts";

/**
 * An async iterator over what servers say. It dials when it is first asked, reads no faster than it is asked, and closes
 * its connections when the loop over it ends, at the end of an `await using`, and with `return()`.
 *
 * @example Leave a loop, or the block
 * ```ts
 * import { type AdminIterator, Client, type KeyInfo } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.setMulti({ a: 1, b: 2, c: 3 });
 * {
 *   await using keys: AdminIterator<KeyInfo> = client.admin.keys();
 *   assertEquals((await keys.next()).done, false);
 * }
 * for await (const { key } of client.admin.keys()) if (key === "b") break;
 * ```
 */
export interface AdminIterator<T> extends AsyncIterableIterator<T, void, void>, AsyncDisposable {
  /** Ends the iterator and closes its connections at once. A `next()` under way ends as well. */
  return(): Promise<IteratorResult<T, void>>;
  /** Gives itself: it can be looped over once. */
  [Symbol.asyncIterator](): AdminIterator<T>;
}

/** Gives the results of a generator, and lets go of what it holds as soon as the caller has had enough. */
export abstract class AdminStream<T> implements AdminIterator<T> {
  readonly #engine: Engine;
  readonly #verb: string;
  readonly #signal: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #results = this.#guarded();
  readonly #onAbort = () => this.#controller.abort(this.#signal?.reason);
  /** The failure that the client has been told. */
  #told: unknown;

  /**
   * @param verb Name of the method, for failures.
   * @param signal That of the caller.
   */
  constructor(engine: Engine, verb: string, signal: AbortSignal | undefined) {
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw new TypeError("Cannot use a signal that is not an AbortSignal");
    }
    this.#engine = engine;
    this.#verb = verb;
    this.#signal = signal;
  }

  /**
   * Gives the results.
   *
   * @param signal Closes its connections; with {@linkcode LEFT} nobody waits any more.
   */
  protected abstract results(signal: AbortSignal): AsyncGenerator<T, void, void>;

  next(): Promise<IteratorResult<T, void>> {
    return this.#results.next();
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.end();
    return await this.#results.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Closes all connections, as nobody waits any more. */
  protected end(): void {
    this.#controller.abort(LEFT);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  /** Begins to heed the caller's signal. Gives the one that closes the connections. */
  protected begin(): AbortSignal {
    const signal = this.#signal;
    const { signal: own } = this.#controller;
    if (signal?.aborted) this.#onAbort();
    // An abort after the end is harmless, but must not keep the stream alive.
    if (!own.aborted) signal?.addEventListener("abort", this.#onAbort);
    return own;
  }

  /** Ends the stream because of an error, of which the client hears once. Gives what the caller is to see. */
  protected failed(error: unknown): unknown {
    const isFailure = isSound(error, MemcachedError) && !(error instanceof ClosedError) &&
      error !== this.#signal?.reason;
    if (isFailure && this.#told !== error) {
      this.#told = error;
      this.#engine.failed(error, this.#verb, true);
    }
    this.end();
    return error;
  }

  async *#guarded(): AsyncGenerator<T, void, void> {
    const signal = this.begin();
    try {
      if (signal.aborted) throw signal.reason;
      if (this.#engine.isClosing) throw this.#engine.closedError();
      yield* this.results(signal);
    } catch (error) {
      if (error !== LEFT) throw this.failed(error);
    } finally {
      this.end();
    }
  }
}

/** The reason with which connections are closed when nobody waits for them any more. */
export const LEFT = new Error("The caller has left");
