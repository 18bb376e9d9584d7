/**
 * One byte stream to one server, shared by all callers.
 *
 * Commands are gathered while the program runs, and leave in one write at the next microtask; above WRITE_BYTES, in
 * several. Replies pair with the pending commands in order: the next reply belongs to the head of the queue. If that is
 * no longer certain, the connection ends: `onClose` gets everything on it, and nothing more is read. If a caller gives
 * up, its command stays in the queue and swallows the reply.
 */

import type { Command } from "../commands/command.ts";
import {
  type ConnectionError,
  type ConnectionStep,
  MemcachedError,
  ProtocolError,
  ReplyError,
} from "../errors.ts";
import { readClassicLine } from "../protocol/classic_lines.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { unknownLine } from "../protocol/reply_line.ts";
import { ReplyParser, type ReplySink } from "../protocol/reply_parser.ts";
import { isErrorWord, ReplyWord, spell } from "../protocol/reply.ts";
import { RequestWriter } from "../protocol/request_writer.ts";
import { type Attempts, attemptsOf } from "./attempts.ts";
import {
  atServer,
  brokenConnection,
  doubtfulLine,
  failedDial,
  isFailedDial,
  passwordError,
  replyError,
  silentConnection,
  unexpectedReply,
  unreadableData,
  unwantedReply,
} from "./connection_errors.ts";
import { type ConnectionOptions, sentBefore, type Traffic } from "./contract.ts";
import { asksForPassword, isFull, keepsStep, shownLine } from "./error_lines.ts";
import { areForsaken, failLate } from "./late.ts";
import { leftovers, type Silent } from "./leftovers.ts";
import { Place } from "./place.ts";
import { Progress } from "./progress.ts";
import { Queue } from "./queue.ts";
import { Reader } from "./reader.ts";
import { Sender } from "./sender.ts";
import { Silence } from "./silence.ts";
import { isSound, quietly } from "../thrown.ts";
import { Suspicion, waitsForLook } from "./suspicion.ts";
import type { Transport } from "../transports/transport.ts";
import { Unwanted } from "./unwanted.ts";

/** A pipelined connection to one memcached. */
export class Connection implements ReplySink {
  readonly #transport: Transport;
  readonly #options: ConnectionOptions;
  readonly #parser = new ReplyParser(this, readClassicLine);
  readonly #writer: RequestWriter;
  readonly #sender: Sender;
  /** Commands that are not written yet. */
  readonly #gathered = new Queue<Command>();
  /** Commands that are written and whose reply is due. */
  readonly #pending = new Queue<Command>();
  /** The noreply commands in the write under way, each with how many of `#writing` stand before it. */
  #silent: Silent[] = [];
  /** Number of commands at the tail of `#pending` that are in the write under way. */
  #writing = 0;
  #flushing = false;
  /** Since the last byte came, or, after a pause, since the first command was written. */
  readonly #silence: Silence;
  /** True as long as its owner sweeps it. To say that it is busy at each write would cost one call at a time 20 ns. */
  #isSwept = false;
  readonly #unwanted = new Unwanted();
  /**
   * Number of replies that must come in order before no error line of a noreply command can be on its way any more: those
   * that were due when it was written, and one more.
   */
  #doubtfulReplies = 0;
  readonly #progress = new Progress();
  readonly #place: Place;
  readonly #suspicion: Suspicion;
  /** True if a part of a real reply has come: the server takes commands. */
  #answered = false;
  #closed = false;
  /** Only if an observer watches commands. */
  readonly #attempts: Attempts | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  readonly #readEnded: Promise<void>;
  /** Settles when the closed connection needs nothing more. Made when it ends. */
  #over: Promise<void> | undefined;
  readonly #traffic: Traffic;

  constructor(transport: Transport, options: ConnectionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#traffic = options.traffic;
    this.#suspicion = new Suspicion(options.habits);
    this.#writer = new RequestWriter(transport.tls === true, options.buffers);
    this.#sender = new Sender(transport, options.traffic, {
      progress: this.#progressed,
      sent: this.#sent,
      failed: this.#sendFailed,
    });
    this.#silence = new Silence(options.clock.now());
    this.#place = new Place(options.proof);
    this.#attempts = attemptsOf(options);
    // Not at once: a transport may throw, and by then the owner must know the connection.
    this.#readEnded = Promise.resolve().then(() => this.#readLoop());
  }

  /** Number of commands in flight, gathered or pending. */
  get queued(): number {
    return this.#gathered.length + this.#pending.length;
  }

  /** The same, each with the weight of its data. */
  get queuedWeight(): number {
    return this.#gathered.weight + this.#pending.weight;
  }

  /**
   * Estimates how long a new command has to wait: the number of commands in flight, of keys that the next one to be
   * answered and the next one to be written ask for, and of 16 KiB pieces under way in both directions.
   */
  get waitEstimate(): number {
    const keys = (this.#pending.peek()?.keysDue ?? 0) + (this.#gathered.peek()?.keysDue ?? 0);
    return this.queued + keys + ((this.#parser.missing + this.#sender.unwritten) >>> 14);
  }

  /** Gives for how many milliseconds nothing has been in flight; 0 if something is. */
  idleFor(now: number): number {
    return this.queued > 0 || this.#flushing ? 0 : now - this.#silence.heardAt;
  }

  /** Marks everything submitted so far: {@linkcode Connection.isPast} tells when it is over. */
  get mark(): number {
    return this.#progress.mark;
  }

  /** True once everything that was submitted up to a mark has surely been carried out, or never will be. */
  isPast(mark: number): boolean {
    if (this.#progress.replies >= mark || this.#closed) return true;
    return this.queued === 0 && !this.#flushing && !this.hasDoubts;
  }

  /** True while nothing has come that proves that the last commands without a reply were carried out. */
  get hasDoubts(): boolean {
    return this.#doubtfulReplies > 0;
  }

  /** The commands that wait to be written and those whose reply is due. */
  *underWay(): Generator<Command> {
    yield* this.#pending;
    yield* this.#gathered;
  }

  /** Lets the program end although the connection is open. While a reply is due, the sweeper's timer keeps it running. */
  unref(): void {
    // A transport that cannot do it keeps the program running, and serves on.
    quietly(() => this.#transport.unref?.());
  }

  /** True once nothing more can be submitted. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Takes a command. It is written at the next microtask. */
  submit(command: Command): void {
    if (this.#closed) {
      const where = { server: this.#options.server, command: command.name };
      command.fail(
        brokenConnection("it is closed", { ...where, step: "write", sent: sentBefore(command) }),
      );
      return;
    }
    const last = this.#gathered.last();
    if (last !== undefined && last.mayShareLineWith(command) && last.merge(command)) return;
    this.#gathered.push(command);
    this.#progress.takes(command);
    if (this.#flushing) return;
    this.#flushing = true;
    this.#options.turns.atEnd(this.#begin);
  }

  /** Begins to write, at the end of the turn in which commands were gathered. */
  readonly #begin = (now: number): void => {
    if (now - this.#silence.heardAt > IDLE_MILLISECONDS) this.#suspicion.wasIdle();
    if (this.#pending.length === 0) this.#silence.heardAt = now;
    this.#flush(now);
  };

  /**
   * Fails commands that have waited too long. To be called now and then while a reply is due.
   *
   * @param lost How many of the last milliseconds the event loop was blocked: they do not count as silence.
   * @returns False if no reply is due.
   */
  sweep(now: number, lost = 0): boolean {
    return this.#isSwept = this.#failLate(now, lost);
  }

  #failLate(now: number, lost: number): boolean {
    if (this.#closed || this.queued === 0 && !this.#flushing) return false;
    const limit = this.#options.pollTimeout();
    const owes = this.#pending.length > 0 || this.#flushing;
    if (this.#silence.isTooLong(now, lost, limit) && owes) {
      this.#finish(silentConnection(limit, this.#options.server, this.#pending.peek()?.name));
      return false;
    }
    const { server } = this.#options;
    const silent = this.#silent.map(({ command }) => command);
    failLate(this.#pending, now, server, true);
    failLate(silent, now, server, true);
    failLate(this.#gathered, now, server, false);
    const head = this.#pending.peek() ?? silent.at(0);
    if (this.#unwanted.isOverdue(head, now, lost, limit)) {
      this.#finish(unwantedReply(limit, server, this.#pending.peek()?.name));
      return false;
    }
    if (this.#drained === undefined || !areForsaken([...this.underWay(), ...silent])) return true;
    this.#finish(undefined);
    return false;
  }

  /** Gives back the commands that are not written yet and may go to another server. */
  takeUnsent(): Command[] {
    const taken: Command[] = [];
    for (const command of this.#gathered.drain()) {
      if (command.isRoutable) taken.push(command);
      else this.#gathered.push(command);
    }
    return taken;
  }

  /** Waits until everything submitted so far has its reply, then closes. Nothing may be submitted meanwhile. */
  async drain(): Promise<void> {
    if (!this.#closed && (this.queued > 0 || this.#flushing)) {
      this.#drained ??= Promise.withResolvers<void>();
      await this.#drained.promise;
    }
    await this.close();
  }

  /** Closes now, and hands over the commands in flight without an error. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#finish(undefined);
    await this.#over;
  }

  item(item: ItemView): void {
    const head = this.#pending.peek();
    if (head === undefined) throw unexpectedReply();
    this.#answered = true;
    if (head.item(item)) this.#completeHead();
  }

  line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): void {
    const head = this.#pending.peek();
    if (isErrorWord(word)) {
      this.#errorLine(word, decoder.decode(bytes.subarray(start, end)), head);
      return;
    }
    const isKnown = word !== ReplyWord.OTHER;
    if (head === undefined) throw isKnown ? unexpectedReply() : unknownLine(bytes, start, end);
    this.#answered ||= isKnown;
    const isComplete = head.line(word, bytes, start, end);
    this.#place.took(word);
    if (isComplete) this.#completeHead();
  }

  /**
   * Handles an error line. It keeps the connection only if the line surely answers the head, which cannot be said while
   * it may answer a noreply command, and if the stream is in step after it.
   */
  #errorLine(word: ReplyWord, text: string, head: Command | undefined): void {
    const kind = spell(word) as ReplyError["kind"];
    const line = shownLine(word, text, this.#options.censor);
    if (isFull(word, text) && !this.#answered) {
      const full = this.#broken(`the server is full: it said "${line}"`, "dial");
      this.#finish(full, { serverFull: true });
      throw full;
    }
    if (asksForPassword(word, text) && !this.#options.isOpening()) {
      const refused = !this.#answered;
      const refusal = passwordError(line, refused, this.#options.server, head?.name);
      this.#finish(refusal, { refused, hasHead: !refused });
      throw refusal;
    }
    if (head === undefined) throw unexpectedReply();
    this.#answered = true;
    const error = replyError(kind, line, this.#options.server, head.name);
    if (this.#doubtfulReplies > 0) {
      const doubt = doubtfulLine(line, this.#options.server, head.name);
      this.#finish(doubt, { desync: true, hasHead: false });
      throw doubt;
    }
    if (!keepsStep(word, text, head.traits)) throw error;
    if (word === ReplyWord.SERVER_ERROR && head !== this.#place.asked) {
      this.#suspicion.raise(this.#pending.length, head.keysDue > 1);
    }
    if (head.traits.isRetrieval) {
      this.#completeHead(error);
      this.#options.onRefused(head, error, this.underWay());
    } else if (head.errorLine(error)) this.#completeHead(error);
  }

  #completeHead(error?: ReplyError): void {
    const head = this.#pending.shift() as Command;
    const { hits } = this.#traffic;
    if (error === undefined) this.#options.habits.hasServed = true;
    head.tally(this.#traffic, error === undefined);
    if (!this.#place.completed(head)) this.#progress.replied();
    if (hits !== this.#traffic.hits) this.#place.proved();
    // An error line may come before the request has left.
    if (this.#writing > this.#pending.length) this.#writing = this.#pending.length;
    if (this.#suspicion.isBehindError) this.#suspicion.answered();
    this.#attempts?.ended(head, error);
    if (this.#doubtfulReplies > 0) this.#doubtfulReplies--;
    if (this.#pending.length === 0) this.#settleDrain();
  }

  async #readLoop(): Promise<void> {
    const reader = new Reader(this.#transport, this.#parser);
    try {
      while (!this.#closed) {
        const count = reader.checked(await reader.read());
        if (this.#closed) return;
        if (count === null) {
          this.#finish(this.queued === 0 ? undefined : this.#broken("the server closed it"));
          return;
        }
        this.#suspicion.heard();
        this.#traffic.bytesRead += count;
        reader.feed(count);
        // The clock is read only if it matters: one call at a time does not need it.
        if (this.queued > 0) this.#silence.heardAt = this.#options.clock.now();
      }
    } catch (cause) {
      if (isSound(cause, ProtocolError)) {
        const error = atServer(cause, this.#options, this.#pending.peek()?.name);
        this.#finish(error, { desync: true });
      } else if (isSound(cause, MemcachedError) && !isFailedDial(cause)) this.#finish(cause);
      else this.#fail("reading from it failed", "read", cause);
    }
  }

  /**
   * Writes what is gathered, as much as goes into one write; the rest follows when that has left.
   *
   * @param now The time, if it is known.
   */
  #flush(now?: number): void {
    try {
      while (!this.#closed && this.#gathered.length > 0) {
        this.#writeGathered(now);
        now = undefined;
        if (this.#writer.length > 0) return this.#sender.send(this.#writer.handOut());
        // Only abandoned commands were there, or the next one must wait for a look at the stream.
        if (this.#suspicion.mustLook && this.#gathered.length > 0) {
          return this.#suspicion.look(this.#options.clock, () => this.#flush());
        }
      }
    } catch (cause) {
      this.#sendFailed(cause);
    }
    this.#flushing = false;
    if (this.#pending.length === 0) this.#settleDrain();
  }

  readonly #sent = (): void => {
    if (this.#closed) return;
    this.#writer.recycle();
    this.#writing = 0;
    this.#attempts?.sent();
    if (this.#silent.length > 0) this.#endSilent();
    this.#flush();
  };

  readonly #sendFailed = (cause: unknown): void => {
    this.#flushing = false;
    this.#fail("writing to it failed", "write", cause);
  };

  /** Ends the commands without a reply that have left. */
  #endSilent(): void {
    const silent = this.#silent;
    this.#silent = [];
    for (const { command, asked } of silent) {
      this.#progress.wasSilent(command, asked);
      command.completeWithoutReply();
      this.#attempts?.ended(command, undefined);
    }
  }

  /** Moves commands from the gathered to the pending ones, up to the size of one write. */
  #writeGathered(now?: number): void {
    const wasQuiet = this.#pending.length === 0;
    if (!this.#suspicion.mustLook) this.#askForProof(now);
    while (this.#writer.length < WRITE_BYTES) {
      const command = this.#gathered.peek();
      if (command === undefined) break;
      if (this.#suspicion.mustLook && waitsForLook(command)) break;
      this.#gathered.shift();
      if (command.abandoned) {
        this.#progress.drops(command);
        continue;
      }
      this.#write(command);
      this.#traffic.commands++;
      this.#attempts?.began(command);
      if (command.traits.expectsReply) {
        this.#pending.push(command);
        this.#writing++;
      } else {
        const asked = this.#progress.replies + this.#pending.length -
          (this.#place.asked === undefined ? 0 : 1);
        this.#silent.push({ command, behind: this.#writing, asked });
        this.#doubtfulReplies = this.#pending.length + 1;
      }
    }
    if (!wasQuiet) return;
    // Replies are due from now on, however long ago the first command was gathered.
    this.#silence.heardAt = now ?? this.#options.clock.now();
    if (this.#isSwept) return;
    this.#isSwept = true;
    this.#options.onBusy();
  }

  /** Writes the command for a proof ahead of all others, if one is due. It counts as none of the callers'. */
  #askForProof(now?: number): void {
    const proof = this.#place.ask(now, this.#options.clock);
    if (proof === undefined) return;
    proof.write(this.#writer);
    this.#pending.push(proof);
    this.#writing++;
  }

  /** Writes a command into the buffer. If it cannot, the connection ends before any of this write has left. */
  #write(command: Command): void {
    try {
      command.write(this.#writer);
    } catch (cause) {
      this.#sender.mayHaveLeft = false;
      command.fail(unreadableData(command, this.#options.server, cause));
      throw cause;
    }
  }

  /** Notes progress of a write. If all pending commands are still being written, it counts as a sign of life. */
  readonly #progressed = (): void => {
    if (this.#pending.length === this.#writing) this.#silence.heardAt = this.#options.clock.now();
  };

  #settleDrain(): void {
    if (this.#gathered.length > 0 || this.#flushing && this.#silent.length > 0) return;
    this.#drained?.resolve();
  }

  /** Ends the connection, once, and hands over what is on it. */
  #finish(
    error: MemcachedError | undefined,
    { desync = false, serverFull = false, refused = false, hasHead = error !== undefined } = {},
  ): void {
    if (this.#closed) return;
    this.#closed = true;
    // A transport that cannot be closed is not used again either, and nothing waits for its read to end.
    const closing = new Promise((end) => end(this.#transport.close()));
    this.#over = Promise.race([this.#readEnded, closing.then(() => this.#readEnded, () => {})]);
    this.#sender.stop();
    this.#suspicion.ended();
    this.#pending.peek()?.tally(this.#traffic, false);
    const pending = this.#pending.drain();
    const { sent, unsent } = leftovers({
      pending,
      writing: this.#writing,
      silent: this.#silent.splice(0),
      gathered: this.#gathered.drain(),
    }, { earlier: !serverFull, last: !serverFull && this.#sender.mayHaveLeft });
    this.#attempts?.allEnded(sent, error);
    const head = hasHead ? sent.shift() : undefined;
    this.#drained?.resolve();
    const behindError = error instanceof ReplyError || this.#suspicion.isBehindError;
    const stale = this.#suspicion.isOn;
    const { asked } = this.#place;
    const behind = pending.filter((command) => command !== asked);
    const overtaken = this.#progress.overtakenAmong(behind);
    const how = { desync, serverFull, refused, answered: this.#answered, stale, behindError };
    this.#options.onClose({ error, ...how, unsent, head, sent, overtaken });
  }

  /** Ends the connection after its transport has failed, which may say only now that the dial has. */
  #fail(reason: string, step: ConnectionStep, cause: unknown): void {
    const refused = !this.#answered && isFailedDial(cause);
    if (!refused) return this.#finish(this.#broken(reason, step, cause));
    this.#finish(failedDial(cause, this.#options.server), { refused, hasHead: false });
  }

  /** Makes the error for a connection that broke while the head was waiting. */
  #broken(reason: string, step: ConnectionStep = "read", cause?: unknown): ConnectionError {
    const at = { server: this.#options.server, command: this.#pending.peek()?.name };
    return brokenConnection(reason, { ...at, step, cause });
  }
}

const decoder = new TextDecoder();
/**
 * A connection that has been silent for longer is looked at before anything is written to it that must not be sent
 * twice: the server may have closed it, and a busy program may not have seen that. A retrieval is written at once, as it
 * can be asked again.
 */
const IDLE_MILLISECONDS = 1000;
/** No further command joins a write of this size. */
const WRITE_BYTES = 128 * 1024;
