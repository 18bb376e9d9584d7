/**
 * A memcached that does nothing by itself: a test says which connection's next command is carried out, when its replies
 * arrive, which dial ends and which connection is lost. So every order in which a network and a server can do things can
 * be tried, and tried again.
 */

import type { Connect, Transport } from "@libmc/libmc";
import { CommandReader, type ReadCommand } from "../../src/testing/memcached/command_reader.ts";
import { TestClock } from "../../src/testing/memcached/clock.ts";
import { dispatch } from "../../src/testing/memcached/dispatch.ts";
import { ReplyWriter } from "../../src/testing/memcached/reply_writer.ts";
import { ServerState } from "../../src/testing/memcached/server_state.ts";

/** One server, its items, and the connections to it. */
export class SteppedMemcached {
  /** The time of its items, which stands still unless a test turns it. Times in the past are dates after 1970. */
  readonly clock: TestClock = new TestClock(1_700_000_000);
  readonly #state = new ServerState({
    clock: this.clock,
    version: "1.6.18",
    itemSizeLimit: 1024 * 1024,
    listening: { port: 11211, hostname: "stepped", path: undefined },
  });
  /** The connections that are open. */
  readonly connections: SteppedConnection[] = [];
  /** Dials that have not ended. */
  readonly dials: (() => void)[] = [];
  /** Dials that end at once. */
  answersDials = true;

  /** To be given to a client. */
  readonly connect: Connect = (_endpoint, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Transport>();
    signal.addEventListener("abort", () => reject(signal.reason));
    const accept = () => {
      const connection = new SteppedConnection(this.#state, this.connections);
      this.connections.push(connection);
      resolve(connection);
    };
    if (this.answersDials) accept();
    else this.dials.push(accept);
    return promise;
  };
}

/** One connection, seen from the server. */
export class SteppedConnection implements Transport {
  readonly #reply = new ReplyWriter();
  readonly #reader: CommandReader;
  readonly #open: SteppedConnection[];
  #received: ReadCommand[] = [];
  /** How many of them have been carried out. */
  #done = 0;
  #outgoing: Uint8Array[] = [];
  #reading: { into: Uint8Array; resolve: (count: number | null) => void } | undefined;
  #isOver = false;

  constructor(state: ServerState, open: SteppedConnection[]) {
    this.#reader = new CommandReader((line) => dispatch(line, state));
    this.#open = open;
  }

  /** How many commands it has received and not carried out. */
  get waiting(): number {
    return this.#received.length - this.#done;
  }

  /** Carries out the next command, if there is one. */
  carryOut(): boolean {
    if (this.waiting === 0) return false;
    const next = this.#received[this.#done++];
    if (this.waiting === 0) this.#forget();
    const start = this.#reply.length;
    next.command.carryOut(this.#reply, next.data);
    if (next.command.noreply) this.#reply.truncate(start);
    return true;
  }

  /** Lets the replies so far arrive. */
  deliver(): void {
    if (this.#reply.length > 0) this.#outgoing.push(this.#reply.take());
    this.#pump();
  }

  /** Ends it. What it has not carried out and what has not arrived is lost. */
  lose(): void {
    this.#forget();
    this.#end();
  }

  read(into: Uint8Array): Promise<number | null> {
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.#reading = { into, resolve };
    this.#pump();
    return promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#isOver) return Promise.reject(new Error("the connection is lost"));
    this.#received.push(...this.#reader.feed(bytes.slice()));
    return Promise.resolve(bytes.length);
  }

  /** The client closes: the server carries out what it has received. */
  close(): void {
    if (!this.#isOver) { while (this.carryOut()); }
    this.#end();
  }

  #forget(): void {
    this.#received = [];
    this.#done = 0;
  }

  #end(): void {
    this.#isOver = true;
    const at = this.#open.indexOf(this);
    if (at >= 0) this.#open.splice(at, 1);
    this.#pump();
  }

  #pump(): void {
    if (this.#reading === undefined) return;
    const { into, resolve } = this.#reading;
    const piece = this.#outgoing[0];
    if (piece === undefined && !this.#isOver) return;
    this.#reading = undefined;
    if (piece === undefined) return resolve(null);
    const count = Math.min(piece.length, into.length);
    into.set(piece.subarray(0, count));
    if (count === piece.length) this.#outgoing.shift();
    else this.#outgoing[0] = piece.subarray(count);
    resolve(count);
  }
}
