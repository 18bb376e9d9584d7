/**
 * Follows a source of servers. It begins with the first dial, so that a client that is never used asks nobody, and goes on
 * until the client quits or closes; the next dial begins it again. What has answered last stays until there is another
 * answer: a source that fails, ends or gives an empty list takes nothing away.
 *
 * Until there is a first answer the cluster has one server in place of all, and that is dialled here: to dial it is to wait
 * for the answer. So calls wait in order, within their own time, and are routed anew once the servers are known.
 */

import { afterQuietly, type Clock } from "../clock.ts";
import type { Credentials } from "../commands/authentication.ts";
import { TimeoutError } from "../errors.ts";
import { isA, quietly, textOf } from "../thrown.ts";
import type { Connect, Resolve, Transport } from "../transports/transport.ts";
import type { Servers } from "./server_list.ts";
import { isSource, type ServersFunction, type ServerSource } from "./server_source.ts";
import { isDenial, isRefusedPassword } from "./set_up.ts";

/** What following needs of its client. */
export interface FollowingOptions {
  readonly connect: Connect;
  readonly resolve: Resolve | undefined;
  readonly auth: Credentials | undefined;
  readonly settings: { readonly clock: Clock; readonly retryTimeout: number };
}

/** Who hears of what a source says. */
export interface Follower {
  /** Takes a list. It throws if the list cannot be used. */
  took(servers: Servers): void;
  /** Hears of a failure. Before the first list it is a failure of those who wait. */
  failed(cause: unknown): void;
}

/** Follows a source for one client. */
export class Following {
  readonly label: string;
  readonly #source: ServerSource;
  readonly #options: FollowingOptions;
  #follower: Follower | undefined;
  /** Ends what is running now: aborted once, then replaced. */
  #running: AbortController | undefined;
  #iterator: AsyncIterator<Servers> | undefined;
  /** Cuts the pause between two questions short. */
  #wake: (() => void) | undefined;
  #hasAnswered = false;
  /** True if it ends as soon as nobody waits for the first answer any more, unless the client dials again. */
  #isPaused = false;
  #isStopped = false;
  /** Those who wait for the first answer. */
  readonly #waiting = new Set<(reason: unknown) => void>();

  constructor(source: ServerSource, options: FollowingOptions) {
    this.#source = source;
    this.#options = options;
    this.label = typeof source === "function" ? source.label ?? ANY_LABEL : ANY_LABEL;
  }

  /** Sets who hears of it, before anything is dialled. */
  tell(follower: Follower): void {
    this.#follower = follower;
  }

  /** Dials a server. As long as the client dials, the source is followed. */
  readonly connect: Connect = (endpoint, signal) => {
    this.#isPaused = false;
    this.#run();
    return this.#options.connect(endpoint, signal);
  };

  /** Dials the server that stands for all: rejects with the reason why they are not known, and is aborted once they are. */
  readonly awaitServers: Connect = (_endpoint, signal) =>
    new Promise<Transport>((_resolve, reject) => {
      const { clock } = this.#options.settings;
      const end = (reason: unknown) => {
        cancel();
        signal.removeEventListener("abort", onAbort);
        this.#waiting.delete(end);
        reject(reason);
      };
      const onAbort = () => end(signal.reason);
      const cancel = afterQuietly(clock, LONGEST_WAIT, () => {
        end(tooLate());
        this.#endIfPaused();
      });
      this.#isPaused = false;
      signal.addEventListener("abort", onAbort);
      this.#waiting.add(end);
      this.#run();
      this.#wake?.();
    });

  /** Ends it until the client dials again. While somebody waits for the first answer, the client dials. */
  pause(): void {
    this.#isPaused = true;
    this.#endIfPaused();
  }

  #endIfPaused(): void {
    if (this.#isPaused && this.#waiting.size === 0) this.#end();
  }

  #end(): void {
    this.#isPaused = false;
    this.#running?.abort(new Error("The client has quit"));
    this.#running = undefined;
    this.#wake?.();
    const iterator = this.#iterator;
    this.#iterator = undefined;
    if (iterator !== undefined) void ended(iterator);
  }

  /** Ends it for ever. */
  stop(): void {
    this.#isStopped = true;
    this.#end();
  }

  #run(): void {
    if (this.#running !== undefined || this.#isStopped) return;
    const running = this.#running = new AbortController();
    void this.#follow(running.signal);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const source = this.#source;
    const { settings } = this.#options;
    const interval = typeof source === "function" ? source.interval ?? INTERVAL : 0;
    while (!signal.aborted) {
      let pause = interval;
      try {
        const servers = typeof source === "function"
          ? await this.#ask(source, signal)
          : await this.#next(source);
        if (signal.aborted) return;
        if (servers === ENDED) return this.#ended();
        this.#take(servers);
      } catch (cause) {
        if (signal.aborted) return;
        this.#fail(cause);
        // An iterator that always fails must not take all the time that there is.
        pause ||= Math.max(settings.retryTimeout, SHORTEST_PAUSE);
      }
      if (pause > 0 && !signal.aborted) await this.#rest(pause);
    }
  }

  #take(servers: Servers): void {
    if (Array.isArray(servers) && servers.length === 0) throw new Error("there are none");
    this.#follower?.took(servers);
    this.#hasAnswered = true;
    // Those who have waited dial before that.
    if (this.#isPaused) afterQuietly(this.#options.settings.clock, 0, () => this.#endIfPaused());
  }

  #fail(cause: unknown): void {
    if (this.#hasAnswered) this.#follower?.failed(cause);
    for (const end of [...this.#waiting]) end(cause);
    this.#endIfPaused();
  }

  /** An iterable has ended: the servers stay as they are. If there are none, the next call begins it again. */
  #ended(): void {
    if (this.#hasAnswered) return;
    this.#running = undefined;
    this.#iterator = undefined;
    this.#fail(new Error("their source ended before it named any"));
  }

  /** Asks a function, for a bounded time. */
  async #ask(source: ServersFunction, signal: AbortSignal): Promise<Servers> {
    const { connect, resolve, auth, settings: { clock } } = this.#options;
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = () => {
      controller.abort(signal.reason);
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort);
    const cancel = afterQuietly(clock, LONGEST_WAIT, () => {
      const reason = tooLate();
      controller.abort(reason);
      reject(reason);
    });
    try {
      const context = { signal: controller.signal, connect, resolve, auth };
      const answer = new Promise<Servers>((answered) => answered(source(context)));
      return await Promise.race([answer, promise]);
    } catch (cause) {
      throw worded(cause);
    } finally {
      cancel();
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #next(source: AsyncIterable<Servers>): Promise<Servers | typeof ENDED> {
    try {
      const iterator = this.#iterator ??= source[Symbol.asyncIterator]();
      const { done, value } = await iterator.next();
      return done ? ENDED : value;
    } catch (cause) {
      throw worded(cause);
    }
  }

  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#wake = undefined;
        resolve();
      };
      const cancel = afterQuietly(this.#options.settings.clock, milliseconds, end);
      this.#wake = end;
    });
  }
}

/** Follows the servers that a client is given, unless they are a list. */
export function followingOf(
  servers: Servers | ServerSource,
  options: FollowingOptions,
): Following | undefined {
  return isSource(servers) ? new Following(servers, options) : undefined;
}

/**
 * Makes a plain error of what a program's own code throws: `fetch()` throws a TypeError where the network fails, which
 * elsewhere would be a bug. A permission that is missing, or a password that was refused, stays what it is: waiting cures
 * neither.
 */
function worded(cause: unknown): unknown {
  if (isA(cause, TimeoutError) || isRefusedPassword(cause)) return cause;
  if (isA(cause, Error) && isDenial(cause)) return cause;
  return new Error(textOf(cause), { cause });
}

/** Tells an iterator that nobody asks it any more. */
async function ended(iterator: AsyncIterator<Servers>): Promise<void> {
  let end: unknown;
  quietly(() => end = iterator.return?.());
  try {
    await end;
  } catch {
    // It has ended all the same.
  }
}

function tooLate(): TimeoutError {
  return new TimeoutError(`Cannot find the servers within ${LONGEST_WAIT} ms`);
}

const ENDED = Symbol("ended");
const ANY_LABEL = "the servers";
/** Milliseconds from an answer to the next question, unless the function says otherwise. */
const INTERVAL = 10_000;
/** The longest time for one answer of a function, and for the first one of any source. */
const LONGEST_WAIT = 10_000;
/** The pause after a failure, at least. */
const SHORTEST_PAUSE = 100;
