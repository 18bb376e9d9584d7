/**
 * One client's connection through the fault proxy. Two pumps move data, one in each direction; each takes pieces in
 * the order of their arrival and lets happen to them what the faults of that moment say.
 */

import { createConnection, type Socket } from "node:net";
import { pause, separate } from "../pause.ts";
import type { ProxyFaultKind, ProxyFaults } from "./proxy_faults.ts";
import type { SeededRandom } from "../random.ts";

/** What a link needs to know of its proxy. */
export interface LinkContext {
  faults(): ProxyFaults;
  readonly random: SeededRandom;
  strike(kind: ProxyFaultKind): void;
}

/** A pair of sockets: the client's and the server's. */
export class ProxyLink {
  /** Resolves when both sockets are closed. */
  readonly ended: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #context: LinkContext;
  readonly #closing = new AbortController();
  #changed = Promise.withResolvers<void>();
  #dropAt: number | undefined;
  #passed = 0;

  constructor(client: Socket, target: string, context: LinkContext) {
    this.#client = client;
    this.#context = context;
    const [, host, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(target) ?? [];
    this.#server = createConnection(
      target.startsWith("/") ? { path: target } : { host, port: Number(port) },
    );
    for (const socket of [this.#client, this.#server]) {
      socket.setNoDelay(true);
      // An error is followed by the end of the pump, which is all that matters here.
      socket.on("error", () => {});
    }
    this.change();
    const pumps = [this.#pumpRequests(), this.#pumpReplies()];
    this.ended = Promise.all([...pumps, closed(this.#client), closed(this.#server)]).then(() => {});
  }

  /** Tells that the faults are others now. */
  change(): void {
    const { dropAfter } = this.#context.faults();
    this.#dropAt = dropAfter === undefined ? undefined : this.#passed + dropAfter;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Closes both connections. What was written before still arrives. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#changed.resolve();
    for (const socket of [this.#client, this.#server]) socket.destroySoon();
  }

  /** Resets the client's connection and closes the server's. */
  reset(): void {
    if (this.#closing.signal.aborted) return;
    this.#client.resetAndDestroy();
    this.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #pumpRequests(): Promise<void> {
    for await (const { data } of pieces(this.#client)) {
      await this.#stalled();
      if (this.#isClosed) break;
      if (this.#context.faults().reset === "request" && this.#strikes()) {
        this.#context.strike("reset");
        this.reset();
        break;
      }
      await written(this.#server, data);
    }
    this.close();
  }

  async #pumpReplies(): Promise<void> {
    for await (const { data, arrived } of pieces(this.#server)) {
      await this.#stalled();
      if (!this.#isClosed) await this.#reply(data, arrived);
      if (this.#isClosed) break;
    }
    this.close();
  }

  async #reply(data: Uint8Array, arrived: number): Promise<void> {
    if (!this.#strikes()) return await this.#pass(data);
    const { delayMs, reset } = this.#context.faults();
    if (delayMs !== undefined && delayMs > 0) {
      this.#context.strike("delayMs");
      await pause(arrived + delayMs - performance.now(), this.#closing.signal);
    }
    if (reset === "reply") {
      this.#context.strike("reset");
      return this.reset();
    }
    // Counted from when it was set, so that what passed since, at lesser probabilities, counts too.
    const left = this.#dropAt === undefined ? Infinity : Math.max(0, this.#dropAt - this.#passed);
    if (data.length < left) return await this.#spread(data);
    await this.#spread(data.subarray(0, left));
    this.#context.strike("dropAfter");
    this.close();
  }

  /** Passes data on, in pieces where that is asked for. */
  async #spread(data: Uint8Array): Promise<void> {
    const { singleBytes, bytesPerSecond } = this.#context.faults();
    if (data.length === 0) return;
    if (singleBytes) this.#context.strike("singleBytes");
    if (bytesPerSecond) this.#context.strike("bytesPerSecond");
    const length = singleBytes ? 1 : bytesPerSecond ? Math.ceil(bytesPerSecond / 50) : data.length;
    for (let at = 0; at < data.length && !this.#isClosed; at += length) {
      const piece = data.subarray(at, at + length);
      await this.#pass(piece);
      if (singleBytes) await separate(at, data.length, this.#closing.signal);
      if (bytesPerSecond) {
        await pause(1000 * piece.length / bytesPerSecond, this.#closing.signal);
      }
    }
  }

  async #pass(data: Uint8Array): Promise<void> {
    if (this.#isClosed) return;
    this.#passed += data.length;
    await written(this.#client, data);
  }

  async #stalled(): Promise<void> {
    if (this.#context.faults().stall) this.#context.strike("stall");
    while (this.#context.faults().stall && !this.#isClosed) await this.#changed.promise;
  }

  #strikes(): boolean {
    const { probability = 1 } = this.#context.faults();
    return probability >= 1 || this.#context.random.next() < probability;
  }
}

interface Piece {
  readonly data: Uint8Array;
  /** When it arrived, on `performance.now()`'s clock: a delay runs from there, also for a piece that had to queue. */
  readonly arrived: number;
}

/** What a socket receives, until it is closed. Reading stops while too much is waiting. */
async function* pieces(socket: Socket): AsyncGenerator<Piece> {
  const queue: Piece[] = [];
  let waiting = 0;
  let ended = false;
  let more = Promise.withResolvers<void>();
  socket.on("data", (data: Uint8Array) => {
    queue.push({ data, arrived: performance.now() });
    waiting += data.length;
    if (waiting > MOST_WAITING) socket.pause();
    more.resolve();
  });
  for (const event of ["end", "close"]) {
    socket.on(event, () => {
      ended = true;
      more.resolve();
    });
  }
  socket.resume();
  while (true) {
    for (const piece of queue.splice(0)) {
      yield piece;
      waiting -= piece.data.length;
    }
    if (ended && queue.length === 0) return;
    if (queue.length > 0) continue;
    socket.resume();
    more = Promise.withResolvers();
    await more.promise;
  }
}

/** Resolves when the data left, or cannot leave any more. */
function written(socket: Socket, data: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve();
    const end = () => {
      socket.off("close", end);
      resolve();
    };
    socket.once("close", end);
    socket.write(data, end);
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });
}

const MOST_WAITING = 1024 * 1024;
