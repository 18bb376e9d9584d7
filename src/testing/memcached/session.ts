/** One connection of the embedded server: it reads commands, carries them out and answers, one after the other. */

import type { Socket } from "node:net";
import type { Command } from "./command.ts";
import { CommandReader, LineTooLong } from "./command_reader.ts";
import { dispatch } from "./dispatch.ts";
import type { Faults } from "../faults/faults.ts";
import { pause, separate } from "../pause.ts";
import { errorLine, mangle } from "../faults/reply_faults.ts";
import { logConnection } from "./log_lines.ts";
import { ReplyWriter } from "./reply_writer.ts";
import type { OpenConnection, ServerState } from "./server_state.ts";
import { SocketStream } from "../sockets/socket_stream.ts";
import { LogWatcher } from "./watch_log.ts";

/** The connection of one client. */
export class Session {
  readonly #stream: SocketStream;
  readonly #state: ServerState;
  readonly #faults: Faults;
  readonly #reader: CommandReader;
  readonly #reply = new ReplyWriter();
  readonly #connection: OpenConnection;
  readonly #closing = new AbortController();
  #silent = false;
  #watcher: LogWatcher | undefined;
  /** Set by a fault: how long after its reply the connection is closed. */
  #closeAfterMs: number | undefined;

  constructor(socket: Socket, state: ServerState, faults: Faults) {
    this.#stream = new SocketStream(socket, MOST_WAITING);
    this.#state = state;
    this.#faults = faults;
    this.#connection = openConnection(socket, state);
    state.connections.add(this.#connection);
    logConnection(state, "conn_new", this.#connection);
    this.#reader = new CommandReader((line) => dispatch(line, state));
  }

  /** Serves the connection until either side closes it. Resolves when the socket is closed. */
  async run(): Promise<void> {
    try {
      await this.#serve();
    } catch {
      // The client went away, or `close()` was called, in the middle of a write.
    }
    this.#closing.abort();
    this.#stream.closeSoon();
    await this.#stream.closed;
    this.#state.connections.delete(this.#connection);
    if (this.#watcher !== undefined) this.#state.watchLog.delete(this.#watcher);
    logConnection(this.#state, "conn_close", this.#connection);
  }

  /** Closes the connection at once, also if the client does not read its replies. */
  close(): void {
    this.#closing.abort();
    this.#stream.close();
  }

  async #serve(): Promise<void> {
    const slow = this.#faults.pickForConnection("slowStart");
    if (slow) await pause(slow.delayMs, this.#closing.signal);
    const full = this.#faults.pickForConnection("tooManyConnections");
    if (full) {
      await pause(full.afterMs ?? 0, this.#closing.signal);
      await this.#stream.write(TOO_MANY);
      return;
    }
    const kick = this.#faults.pickForConnection("idleKick");
    while (true) {
      const timer = kick && setTimeout(() => this.close(), kick.afterMs);
      const piece = await this.#stream.read();
      clearTimeout(timer);
      if (piece === null) return;
      this.#connection.lastHeard = this.#state.clock.now();
      for (let at = 0; at < piece.data.length && !this.#silent; at += READ_LENGTH) {
        if (!await this.#carryOutAll(piece.data.subarray(at, at + READ_LENGTH))) return;
      }
    }
  }

  /** Carries out the commands that a chunk completes. Returns whether the connection stays open. */
  async #carryOutAll(chunk: Uint8Array): Promise<boolean> {
    try {
      for (const { command, data } of this.#reader.feed(chunk)) {
        const start = this.#carryOut(command, data);
        // A server without faults awaits nothing between commands.
        const stays = this.#faults.isEmpty || await this.#strike(command, start);
        if (command.closes || !stays) {
          await this.#flush();
          return false;
        }
        if (command.silences) {
          await this.#flush();
          this.#silent = true;
          this.#watch(command.watches);
        }
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

  /**
   * Carries out a command, unless a fault gives an error line instead. Returns where the reply begins, `undefined` for
   * such a line.
   */
  #carryOut(command: Command, data: Uint8Array): number | undefined {
    const start = this.#reply.length;
    const refusal = command.valid ? this.#faults.pickRefusal(command.name) : undefined;
    if (refusal !== undefined) {
      this.#reply.line(errorLine(refusal));
      this.#closeAfterMs = refusal.closeAfterMs;
      return undefined;
    }
    this.#state.current = this.#connection.id;
    command.carryOut(this.#reply, data);
    if (command.valid) this.#state.count(command.name);
    if (command.noreply) this.#reply.truncate(start);
    // A retrieval may have taken back replies before its own.
    return Math.min(start, this.#reply.length);
  }

  /** Lets a fault strike the reply that begins at `start`. Returns whether the connection stays open. */
  async #strike(command: Command, start: number | undefined): Promise<boolean> {
    if (start === undefined) return await this.#lastOut();
    const fault = this.#faults.pickForReply(command.name, this.#reply.since(start));
    if (fault === undefined) return true;
    const outcome = mangle(fault, this.#reply.since(start).slice(), this.#faults.random);
    this.#reply.truncate(start);
    if (outcome.inPieces) {
      await this.#flush();
      for (let i = 0; i < outcome.bytes.length; i++) {
        await this.#stream.write(outcome.bytes.subarray(i, i + 1));
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
    this.#closeAfterMs = outcome.closeAfterMs;
    return outcome.then !== "close" && await this.#lastOut();
  }

  /** After a reply that is to be the last one: sends it and waits. Returns whether the connection stays open. */
  async #lastOut(): Promise<boolean> {
    if (this.#closeAfterMs === undefined) return true;
    await this.#flush();
    await pause(this.#closeAfterMs, this.#closing.signal);
    return false;
  }

  /** Tells the client from now on what happens. */
  #watch(kinds: ReadonlySet<string> | undefined): void {
    if (kinds === undefined) return;
    this.#watcher = new LogWatcher(kinds, (bytes) => this.#stream.send(bytes));
    this.#state.watchLog.add(this.#watcher);
  }

  async #flush(): Promise<void> {
    if (this.#reply.length > 0) await this.#stream.send(this.#reply.take());
  }
}

function openConnection(socket: Socket, state: ServerState): OpenConnection {
  const { remoteAddress, remotePort } = socket;
  return {
    id: ++state.accepted,
    peer: remoteAddress === undefined ? "" : `${remoteAddress}:${remotePort}`,
    lastHeard: state.clock.now(),
  };
}

/** The length of the daemon's read buffer, which decides how much of a line it sees before it finds it too long. */
const READ_LENGTH = 16 * 1024;
const MOST_WAITING = 64 * 1024;
const FLUSH_LENGTH = 256 * 1024;
const TOO_MANY = new TextEncoder().encode("ERROR Too many open connections\r\n");
