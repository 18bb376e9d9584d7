/**
 * The connection of one client through the fault proxy. Two pumps move data, one in each direction. Each takes pieces in
 * the order of their arrival, and applies the faults of that moment to them.
 */

import { createConnection, type Socket } from "node:net";
import { pause, separate } from "../pause.ts";
import type { ProxyFaultKind, ProxyFaults } from "./proxy_faults.ts";
import type { SeededRandom } from "../random.ts";
import { type Piece, SocketStream } from "../sockets/socket_stream.ts";

/** The parts of a proxy that its links use. */
export interface LinkContext {
  faults(): ProxyFaults;
  readonly random: SeededRandom;
  strike(kind: ProxyFaultKind): void;
}

/** A pair of sockets: the client's and the server's. */
export class ProxyLink {
  /** Resolves when both sockets are closed. */
  readonly ended: Promise<void>;
  readonly #client: SocketStream;
  readonly #server: SocketStream;
  readonly #context: LinkContext;
  readonly #closing = new AbortController();
  #changed = Promise.withResolvers<void>();
  #dropAt: number | undefined;
  #passed = 0;

  constructor(client: Socket, target: string, context: LinkContext) {
    this.#context = context;
    const [, host, port] = /^\[?([^\]]*)\]?:(\d+)$/.exec(target) ?? [];
    const server = createConnection(
      target.startsWith("/") ? { path: target } : { host, port: Number(port) },
    );
    this.#client = new SocketStream(client, MOST_WAITING);
    this.#server = new SocketStream(server, MOST_WAITING);
    this.change();
    const pumps = [this.#pumpRequests(), this.#pumpReplies()];
    const closed = [this.#client.closed, this.#server.closed];
    this.ended = Promise.all([...pumps, ...closed]).then(() => {});
  }

  /** Tells the link that the faults have changed. */
  change(): void {
    const { dropAfter } = this.#context.faults();
    this.#dropAt = dropAfter === undefined ? undefined : this.#passed + dropAfter;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Closes both connections. Data that was written before still arrives. */
  close(): void {
    this.#cease();
    for (const stream of [this.#client, this.#server]) stream.closeSoon();
  }

  /** Closes both connections at once, even if the other side does not read. */
  abandon(): void {
    this.#cease();
    for (const stream of [this.#client, this.#server]) stream.close();
  }

  /** Resets the client's connection and closes the server's. */
  reset(): void {
    if (this.#isClosed) return;
    this.#client.reset();
    this.close();
  }

  #cease(): void {
    this.#closing.abort();
    this.#changed.resolve();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #pumpRequests(): Promise<void> {
    let piece: Piece | null;
    while ((piece = await this.#client.read()) !== null) {
      await this.#stalled();
      if (this.#isClosed) break;
      if (this.#context.faults().reset === "request" && this.#strikes()) {
        this.#context.strike("reset");
        this.reset();
        break;
      }
      await this.#server.write(piece.data).catch(GONE);
    }
    this.close();
  }

  async #pumpReplies(): Promise<void> {
    let piece: Piece | null;
    while ((piece = await this.#server.read()) !== null) {
      await this.#stalled();
      if (!this.#isClosed) await this.#reply(piece);
      if (this.#isClosed) break;
    }
    this.close();
  }

  async #reply({ data, arrived }: Piece): Promise<void> {
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
    // Bytes count from when it was set, also those that passed because of a low probability.
    const left = this.#dropAt === undefined ? Infinity : Math.max(0, this.#dropAt - this.#passed);
    if (data.length < left) return await this.#spread(data);
    await this.#spread(data.subarray(0, left));
    this.#context.strike("dropAfter");
    this.close();
  }

  /** Passes data on, in pieces if a fault asks for that. */
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
    await this.#client.write(data).catch(GONE);
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

/** A write that fails needs no answer: the pump that reads from the same socket ends, and closes the other one. */
const GONE = () => {};

/** So many bytes that a delay runs from the arrival of each reply, also when many replies are delayed. */
const MOST_WAITING = 1024 * 1024;
