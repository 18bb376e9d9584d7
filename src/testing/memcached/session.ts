/** One connection of the embedded server: reads, carries out, answers, one after the other. */

import type { Command } from "./command.ts";
import { CommandReader, LineTooLong, type ReadCommand } from "./command_reader.ts";
import { dispatch } from "./dispatch.ts";
import type { Faults } from "../faults/faults.ts";
import { pause, separate } from "../pause.ts";
import { mangle } from "../faults/reply_faults.ts";
import { ReplyWriter } from "./reply_writer.ts";
import type { ServerState } from "./server_state.ts";

/** One client's connection. */
export class Session {
  readonly #connection: Deno.Conn;
  readonly #state: ServerState;
  readonly #faults: Faults;
  readonly #reader: CommandReader;
  readonly #reply = new ReplyWriter();
  readonly #closing = new AbortController();
  #silent = false;

  constructor(connection: Deno.Conn, state: ServerState, faults: Faults) {
    this.#connection = connection;
    this.#state = state;
    this.#faults = faults;
    this.#reader = new CommandReader((line) => dispatch(line, state));
    // Answers leave at once, as the daemon's do.
    if (connection.localAddr.transport === "tcp") (connection as Deno.TcpConn).setNoDelay(true);
  }

  /** Serves the connection until either side closes it. Never rejects: a broken connection is the client's matter. */
  async run(): Promise<void> {
    try {
      await this.#serve();
    } catch {
      // The client went away, or `close()` was called, in the middle of a read or a write.
    } finally {
      this.close();
    }
  }

  /** Closes the connection. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#connection.close();
  }

  async #serve(): Promise<void> {
    const slow = this.#faults.pickForConnection("slowStart");
    if (slow) await pause(slow.delayMs, this.#closing.signal);
    const full = this.#faults.pickForConnection("tooManyConnections");
    if (full) {
      await pause(full.afterMs ?? 0, this.#closing.signal);
      await this.#write(TOO_MANY);
      return;
    }
    const kick = this.#faults.pickForConnection("idleKick");
    const buffer = new Uint8Array(READ_LENGTH);
    while (true) {
      const timer = kick && setTimeout(() => this.close(), kick.afterMs);
      const read = await this.#connection.read(buffer).finally(() => clearTimeout(timer));
      if (read === null) return;
      if (this.#silent) continue;
      if (!await this.#carryOutAll(buffer.subarray(0, read))) return;
    }
  }

  /** Carries out what a chunk completes; says whether the connection stays open. */
  async #carryOutAll(chunk: Uint8Array): Promise<boolean> {
    try {
      for (const { command, data } of this.#reader.feed(chunk)) {
        const stays = await this.#carryOut({ command, data });
        if (!stays) return false;
        if (this.#silent) return true;
        if (this.#reply.length >= FLUSH_LENGTH) await this.#flush();
      }
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      await this.#flush();
      return false;
    }
    await this.#flush();
    return true;
  }

  async #carryOut({ command, data }: ReadCommand): Promise<boolean> {
    let start = this.#reply.length;
    const refusal = command.valid ? this.#faults.pickRefusal(command.name) : undefined;
    if (refusal === undefined) {
      command.carryOut(this.#reply, data);
      if (command.valid) this.#state.count(command.name);
      if (command.noreply) this.#reply.truncate(start);
      // A retrieval may have taken back what was before it.
      start = Math.min(start, this.#reply.length);
    } else {
      this.#reply.line(refusal);
    }
    const stays = refusal !== undefined || await this.#befall(command, start);
    if (!command.closes && stays) return true;
    await this.#flush();
    return false;
  }

  /** Lets a fault befall the reply; says whether the connection stays open. */
  async #befall(command: Command, start: number): Promise<boolean> {
    if (this.#faults.isEmpty) return true;
    const fault = this.#faults.pickForReply(command.name, this.#reply.since(start));
    if (fault === undefined) return true;
    const outcome = mangle(fault, this.#reply.since(start).slice(), this.#faults.random);
    this.#reply.truncate(start);
    if (outcome.inPieces) {
      await this.#flush();
      for (let i = 0; i < outcome.bytes.length; i++) {
        await this.#write(outcome.bytes.subarray(i, i + 1));
        await separate(i, outcome.bytes.length, this.#closing.signal);
        await pause(outcome.pauseMs, this.#closing.signal);
      }
    } else {
      this.#reply.bytes(outcome.bytes);
    }
    if (outcome.then === "silence") {
      await this.#flush();
      this.#silent = true;
    }
    return outcome.then !== "close";
  }

  async #flush(): Promise<void> {
    if (this.#reply.length > 0) await this.#write(this.#reply.take());
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }
}

/** The daemon's read buffer: how much of a line it has seen when it decides that it is too long depends on it. */
const READ_LENGTH = 16 * 1024;
const FLUSH_LENGTH = 256 * 1024;
const TOO_MANY = new TextEncoder().encode("ERROR Too many open connections\r\n");
