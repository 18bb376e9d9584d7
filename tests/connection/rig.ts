/** A connection on a scripted transport and a clock that stands still, and a record of how it ended. */

import { Connection } from "../../src/connection/connection.ts";
import { unknownHabits } from "../../src/connection/suspicion.ts";
import {
  type ConnectionEnd,
  type ConnectionOptions,
  RequestBuffers,
} from "../../src/connection/contract.ts";
import { Sweeper } from "../../src/connection/sweeper.ts";
import type { Issued } from "../support/issued.ts";
import { Turns } from "../../src/clock.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";

/** Milliseconds of silence after which the rig's connection closes. */
export const POLL_TIMEOUT = 300;

/** Options of a rig. */
export interface RigOptions
  extends Partial<Pick<ConnectionOptions, "proof" | "onAttempt" | "buffers">> {
  readonly pollTimeout?: number;
}

/** A connection under test. */
export class Rig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly transport: ScriptedTransport;
  readonly connection: Connection;
  /** How the connection ended, each time that it said so. */
  readonly ends: ConnectionEnd[] = [];
  readonly habits = unknownHabits();
  readonly traffic: ConnectionOptions["traffic"] = {
    commands: 0,
    hits: 0,
    misses: 0,
    stores: 0,
    bytesRead: 0,
    bytesWritten: 0,
    writes: 0,
  };
  readonly #sweeper = new Sweeper(this.clock, () => 10);

  constructor(
    transport: ScriptedTransport = new ScriptedTransport(),
    { pollTimeout = POLL_TIMEOUT, proof, onAttempt, buffers = new RequestBuffers() }: RigOptions =
      {},
  ) {
    this.transport = transport;
    const connection = this.connection = new Connection(transport, {
      server: "one:11211",
      clock: this.clock,
      turns: new Turns(this.clock),
      pollTimeout: () => pollTimeout,
      traffic: this.traffic,
      habits: this.habits,
      buffers,
      isOpening: () => false,
      proof,
      onAttempt,
      onRefused: (command, error) => command.fail(error),
      onClose: (end) => void this.ends.push(end),
      onBusy: () => this.#sweeper.watch(connection),
    });
  }

  /** How it ended, once; fails if it has not. */
  get end(): ConnectionEnd {
    if (this.ends.length !== 1) throw new Error(`The connection ended ${this.ends.length} times`);
    return this.ends[0];
  }

  /** Submits commands in one go, and waits for what follows from it. */
  async submit(...issued: Issued[]): Promise<void> {
    for (const { command } of issued) this.connection.submit(command);
    await settle();
  }

  /** Lets the server say something. */
  async reply(...pieces: string[]): Promise<void> {
    this.transport.feed(...pieces);
    await settle();
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    await settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    this.#sweeper.close();
  }
}
