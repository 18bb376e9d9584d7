/**
 * One byte stream to one server, shared by all callers.
 *
 * Commands are gathered while the program runs, and leave in one write when it comes to rest (a microtask) or, past
 * WRITE_BYTES, in several. Replies pair with the pending commands in order: the head of the queue owns whatever comes.
 * Where that can no longer be certain, the connection is finished: everything on it is handed to `onClose`, and nothing
 * more is read. A caller who gives up leaves its command in the queue, which swallows the reply.
 */

import type { Command } from "../commands/command.ts";
import {
  type ConnectionError,
  type ConnectionStep,
  MemcachedError,
  ProtocolError,
  type ReplyError,
} from "../errors.ts";
import { readClassicLine } from "../protocol/classic_lines.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { unknownLine } from "../protocol/reply_line.ts";
import { ReplyParser, type ReplySink } from "../protocol/reply_parser.ts";
import { isErrorWord, ReplyWord, spell } from "../protocol/reply.ts";
import { RequestWriter } from "../protocol/request_writer.ts";
import {
  brokenConnection,
  located,
  outOfTime,
  refusal,
  silentConnection,
  unasked,
} from "./connection_errors.ts";
import { type ConnectionOptions, sentBefore, type Traffic } from "./contract.ts";
import { leftovers, type Silent } from "./leftovers.ts";
import { Queue } from "./queue.ts";
import { Reader } from "./reader.ts";
import { Sender } from "./sender.ts";
import type { Transport } from "../transports/transport.ts";

/** A pipelined connection to one memcached. */
export class Connection implements ReplySink {
  readonly #transport: Transport;
  readonly #options: ConnectionOptions;
  readonly #parser = new ReplyParser(this, readClassicLine);
  readonly #writer = new RequestWriter();
  readonly #sender: Sender;
  /** Not written yet. */
  readonly #gathered = new Queue<Command>(weigh);
  /** Written, and a reply is due. */
  readonly #pending = new Queue<Command>(weigh);
  /** Sent with noreply, in the write under way, and how many of `#writing` stand before. */
  #silent: Silent[] = [];
  /** How many at the tail of `#pending` are in the write under way. */
  #writing = 0;
  #flushing = false;
  /** Calls off a flush that waits for the program to come to rest. */
  #callOff: (() => void) | undefined;
  /** When the last byte came, or the first command since all was quiet was written. */
  #heardAt = 0;
  /**
   * How many replies must come in order until it is certain that no error line of a noreply command is on its way:
   * those that were due when it was written, and one more.
   */
  #doubtfulReplies = 0;
  /** Items that the head has got. */
  #hits = 0;
  /** It had been idle before the commands on the way: the server may have closed it before they left. */
  #isStale = false;
  /** Part of a reply that memcached has has come: this server takes commands. */
  #answered = false;
  #closed = false;
  #drained: PromiseWithResolvers<void> | undefined;
  readonly #readEnded: Promise<void>;
  readonly #unclosable = Promise.withResolvers<void>();
  readonly #traffic: Traffic;

  constructor(transport: Transport, options: ConnectionOptions) {
    this.#transport = transport;
    this.#options = options;
    this.#traffic = options.traffic;
    this.#sender = new Sender(transport, options.traffic);
    this.#heardAt = options.clock.now();
    // Not at once: a transport may throw, and whoever hears of it is to know the connection by then.
    this.#readEnded = Promise.resolve().then(() => this.#readLoop());
  }

  /** Commands on the way: gathered or pending. */
  get load(): number {
    return this.#gathered.length + this.#pending.length;
  }

  /** The same, each with the weight of its data. */
  get weight(): number {
    return this.#gathered.weight + this.#pending.weight;
  }

  /**
   * What a further command has to wait for, as far as is known: the commands on the way, the keys that the next one to
   * be answered and the next to be written ask for, and the bytes under way in either direction, 16 KiB counting as one.
   */
  get cost(): number {
    const keys = (this.#pending.peek()?.keysAsked ?? 0) + (this.#gathered.peek()?.keysAsked ?? 0);
    return this.load + keys - this.#hits + ((this.#parser.missing + this.#sender.unwritten) >>> 14);
  }

  /** For how many milliseconds nothing has been on the way; 0 if something is. */
  idleFor(now: number): number {
    return this.load > 0 || this.#flushing ? 0 : now - this.#heardAt;
  }

  /** Lets the program end although the connection is open. While a reply is due, the sweeper's timer keeps it running. */
  unref(): void {
    this.#transport.unref?.();
  }

  /** True once nothing more can be submitted. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Takes a command. It is written when the program comes to rest. */
  submit(command: Command): void {
    if (this.#closed) {
      const where = { server: this.#options.server, command: command.name };
      command.fail(
        brokenConnection("it is closed", { ...where, step: "write", sent: sentBefore(command) }),
      );
      return;
    }
    const last = this.#gathered.last();
    if (last !== undefined && last.isOnAPar(command) && last.absorb(command)) return;
    this.#gathered.push(command);
    if (this.#flushing) return;
    this.#flushing = true;
    const { clock } = this.#options;
    const now = clock.now();
    const isIdle = now - this.#heardAt > IDLE_MILLISECONDS;
    if (this.#pending.length === 0) this.#heardAt = now;
    this.#isStale ||= isIdle;
    if (isIdle) this.#flushAfter(RESTS);
    else queueMicrotask(() => void this.#flush());
  }

  /** Flushes when the program has come to rest for so many milliseconds, one time after the other. */
  #flushAfter([rest, ...rests]: readonly number[]): void {
    if (rest === undefined) void this.#flush();
    else this.#callOff = this.#options.clock.after(rest, () => this.#flushAfter(rests));
  }

  /**
   * Ends what has waited too long. To be called now and then while a reply is due.
   *
   * @param lost For how many of the last milliseconds the program could hear nothing: they are no silence.
   * @returns False if nothing is due here.
   */
  sweep(now: number, lost = 0): boolean {
    if (this.load === 0 && !this.#flushing) return false;
    if (lost > 0) this.#heardAt = Math.min(now, this.#heardAt + lost);
    const silence = this.#options.pollTimeout();
    const owes = this.#pending.length > 0 || this.#flushing;
    if (owes && silence > 0 && now - this.#heardAt > silence) {
      this.#finish(silentConnection(silence, this.#options.server, this.#pending.peek()?.name));
      return false;
    }
    for (const command of this.#pending) this.#giveUp(command, now, "maybe");
    for (const { command } of this.#silent) this.#giveUp(command, now, "maybe");
    for (const command of this.#gathered) this.#giveUp(command, now, sentBefore(command));
    if (this.#drained === undefined || !this.#isForsaken()) return true;
    this.#finish(undefined);
    return false;
  }

  /** Waits until everything submitted so far has its reply, then closes. Nothing may be submitted meanwhile. */
  async drain(): Promise<void> {
    if (!this.#closed && (this.load > 0 || this.#flushing)) {
      this.#drained ??= Promise.withResolvers<void>();
      await this.#drained.promise;
    }
    await this.close();
  }

  /** Closes now, and hands over what is on the way: nobody is to blame. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#finish(undefined);
    await Promise.race([this.#readEnded, this.#unclosable.promise]);
  }

  item(item: ItemView): void {
    const head = this.#pending.peek();
    if (head === undefined) throw unasked();
    this.#answered = true;
    head.item(item);
    this.#traffic.hits++;
    this.#hits++;
  }

  line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): void {
    const head = this.#pending.peek();
    if (isErrorWord(word)) {
      this.#errorLine(word, decoder.decode(bytes.subarray(start, end)), head);
      return;
    }
    const isKnown = word !== ReplyWord.OTHER;
    if (head === undefined) throw isKnown ? unasked() : unknownLine(bytes, start, end);
    this.#answered ||= isKnown;
    if (head.line(word, bytes, start, end)) this.#completeHead();
  }

  /**
   * An error line keeps the connection only where it surely answers the head and the server surely took the whole
   * request: not after ERROR, not after CLIENT_ERROR to a request with a payload, which the server may take for
   * commands, and not while a noreply command may be what it answers.
   */
  #errorLine(word: ReplyWord, text: string, head: Command | undefined): void {
    const kind = spell(word) as ReplyError["kind"];
    const line = text === "" ? kind : `${kind} ${text}`;
    if (word === ReplyWord.ERROR && text.startsWith(SERVER_FULL) && !this.#answered) {
      const full = this.#broken(`the server is full: it said "${line}"`, "dial");
      this.#finish(full, { refused: true });
      throw full;
    }
    if (head === undefined) throw unasked();
    this.#answered = true;
    const error = refusal(kind, line, this.#options.server, head.name);
    if (this.#doubtfulReplies > 0) {
      const doubt = new ProtocolError(
        `Cannot tell whether "${line}" answers ${head.name} or a command without reply`,
      );
      this.#finish(doubt, { desync: true, hasVictim: false });
      throw doubt;
    }
    const inStep = word === ReplyWord.SERVER_ERROR ||
      (word === ReplyWord.CLIENT_ERROR && !head.hasPayload);
    if (!inStep) throw error;
    if (head.refused(error)) this.#completeHead();
  }

  #completeHead(): void {
    const head = this.#pending.shift() as Command;
    // A refusal may come before the request has left.
    if (this.#writing > this.#pending.length) this.#writing = this.#pending.length;
    this.#traffic.misses += Math.max(0, head.keysAsked - this.#hits);
    this.#hits = 0;
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
          this.#finish(this.load === 0 ? undefined : this.#broken("the server closed it"));
          return;
        }
        this.#isStale = false;
        this.#traffic.bytesRead += count;
        reader.feed(count);
        // The clock is asked only where the answer is: one call at a time goes without.
        if (this.load > 0) this.#heardAt = this.#options.clock.now();
      }
    } catch (cause) {
      if (cause instanceof ProtocolError) {
        const error = located(cause, this.#options.server, this.#pending.peek()?.name);
        this.#finish(error, { desync: true });
      } else if (cause instanceof MemcachedError) this.#finish(cause);
      else this.#finish(this.#broken("reading from it failed", "read", cause));
    }
  }

  async #flush(): Promise<void> {
    try {
      while (!this.#closed && this.#gathered.length > 0) {
        this.#writeGathered();
        if (this.#writer.length === 0) continue;
        const request = this.#writer.handOut();
        await this.#sender.send(request, this.#onProgress);
        if (this.#closed) return;
        this.#writer.recycle();
        this.#writing = 0;
        const silent = this.#silent;
        if (silent.length > 0) {
          this.#silent = [];
          for (const { command } of silent) command.written();
        }
      }
    } catch (cause) {
      this.#finish(this.#broken("writing to it failed", "write", cause));
    }
    this.#flushing = false;
    if (this.#pending.length === 0) this.#settleDrain();
  }

  /** Moves commands from the gathered to the pending, up to one write's worth. */
  #writeGathered(): void {
    const wasQuiet = this.#pending.length === 0;
    while (this.#writer.length < WRITE_BYTES) {
      const command = this.#gathered.shift();
      if (command === undefined) break;
      if (command.abandoned) continue;
      this.#write(command);
      this.#traffic.commands++;
      if (command.expectsReply) {
        this.#pending.push(command);
        this.#writing++;
      } else {
        this.#silent.push({ command, behind: this.#writing });
        this.#doubtfulReplies = this.#pending.length + 1;
      }
    }
    if (!wasQuiet) return;
    // The server owes from now on, however long ago the first of them was gathered.
    this.#heardAt = this.#options.clock.now();
    this.#options.onBusy();
  }

  /** A command that cannot be written ends the connection before anything of this write has left. */
  #write(command: Command): void {
    try {
      command.write(this.#writer);
    } catch (cause) {
      this.#sender.mayHaveLeft = false;
      const where = {
        server: this.#options.server,
        command: command.name,
        sent: sentBefore(command),
      };
      command.fail(
        brokenConnection("its data could not be read", { ...where, step: "write", cause }),
      );
      throw cause;
    }
  }

  /** The server owes nothing yet if all that is pending is still being written: then progress is a sign of life. */
  readonly #onProgress = (): void => {
    if (this.#pending.length === this.#writing) this.#heardAt = this.#options.clock.now();
  };

  #settleDrain(): void {
    if (this.#gathered.length > 0 || this.#flushing && this.#silent.length > 0) return;
    this.#drained?.resolve();
  }

  /** Ends the connection, once, and hands over what is on it. */
  #finish(
    error: MemcachedError | undefined,
    { desync = false, refused = false, hasVictim = error !== undefined } = {},
  ): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#callOff?.();
    // One that cannot be closed is not used again either, and nobody waits for its read to end.
    Promise.try(() => this.#transport.close()).catch(() => this.#unclosable.resolve());
    const { sent, unsent } = leftovers({
      pending: this.#pending.drain(),
      writing: this.#writing,
      silent: this.#silent.splice(0),
      gathered: this.#gathered.drain(),
    }, { earlier: !refused, last: !refused && this.#sender.mayHaveLeft });
    const victim = hasVictim ? sent.shift() : undefined;
    this.#drained?.resolve();
    const [answered, stale] = [this.#answered, this.#isStale];
    this.#options.onClose({ error, desync, refused, answered, stale, unsent, victim, sent });
  }

  /** True if nobody waits any more for anything on the way. */
  #isForsaken(): boolean {
    for (const command of this.#gathered) if (!command.abandoned) return false;
    for (const command of this.#pending) if (!command.abandoned) return false;
    return this.#silent.every(({ command }) => command.abandoned);
  }

  /** Fails a command whose deadline has passed. If it was sent, it stays in the queue and swallows its reply. */
  #giveUp(command: Command, now: number, sent: "no" | "maybe"): void {
    if (command.deadline > now || command.abandoned) return;
    command.fail(outOfTime({ server: this.#options.server, command: command.name, sent }));
  }

  /** The error for what broke the connection under the head. */
  #broken(reason: string, step: ConnectionStep = "read", cause?: unknown): ConnectionError {
    const at = { server: this.#options.server, command: this.#pending.peek()?.name };
    return brokenConnection(reason, { ...at, step, cause });
  }
}

const weigh = ({ weight }: Command): number => weight;
const decoder = new TextDecoder();
/** What memcached says with maxconns_fast, unasked, before it closes a connection that is one too many. */
const SERVER_FULL = "Too many open connections";
/**
 * A connection that has been silent for longer is looked at before it is written to: the server may have closed it, and
 * the program may not have had the time to see that. Within a second of the last reply that costs nothing, beyond it
 * five milliseconds: of a program that was busy until now, the first timers are called before it has read.
 */
const IDLE_MILLISECONDS = 1000;
const RESTS: readonly number[] = [0, 2, 2];
/** No further command joins a write of this size. */
const WRITE_BYTES = 128 * 1024;
