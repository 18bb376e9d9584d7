/**
 * Whether a server speaks meta commands, and of which version. Not all that speak memcached's protocol do, and a proxy may
 * pass on another one's version. So before a server's first meta command both are asked, on a connection that carries
 * nothing else: a proxy that does not know them closes it, with all that is on its way. What was learned counts as long as
 * the server has a connection. From then on each first connection asks anew, before it takes commands: what stands there
 * now may be another server.
 *
 * A connection that ends without a word at the question may have ended for another reason. So the server is asked once more,
 * while another connection looks on. If that one still has an answer after the second end, the server lives, and has ended
 * both for the question. If nobody could look on, or that one has ended as well, the server may have been dying: what was
 * concluded counts at once, and is asked again after `retryTimeout`.
 */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { Connection } from "../connection/connection.ts";
import type { MetaNeeds, Version } from "../commands/meta/needs.ts";
import { forCommand } from "../error_copy.ts";
import { ConnectionError, MemcachedError, UnsupportedError } from "../errors.ts";
import { isSound } from "../thrown.ts";
import { dialError } from "./server_errors.ts";

/** The first version with meta commands as they are today: `ms` with a length, HD for done. */
const FIRST: Version = [1, 6, 10];

/** What a server has said of itself. */
export interface MetaAnswer {
  /** The text that it answers to `version`; `undefined` if it does not know that. */
  readonly version: string | undefined;
  /** True if it has answered `mn`. */
  readonly speaksMeta: boolean;
  /** True if the connection ended there without a word, for whatever reason. */
  readonly ended?: boolean;
}

/** What a server is asked, on connections that carry nothing else. */
export interface MetaQuestions {
  readonly speaksMeta: (connection: Connection, deadline: number) => Promise<MetaAnswer>;
  /** Gives false if it does not answer, or has ended the connection. */
  readonly isThere: (connection: Connection, deadline: number) => Promise<boolean>;
}

/** A connection that carries nothing but questions. */
export interface Aside {
  ask<T>(question: (connection: Connection, deadline: number) => Promise<T>): Promise<T>;
  close(): void;
}

/** What all servers have in common. */
export interface MetaSupportContext {
  readonly clock: Clock;
  readonly settings: { readonly retryTimeout: number };
  readonly metaQuestions: MetaQuestions;
}

/** A server that is asked. */
export interface AskedServer {
  /** Gives its display name. */
  readonly server: () => string;
  readonly open: (signal: AbortSignal) => Promise<Aside>;
}

/** What is known of one server. */
export class MetaSupport {
  readonly #context: MetaSupportContext;
  readonly #server: AskedServer["server"];
  readonly #open: AskedServer["open"];
  #answer: MetaAnswer | undefined;
  /** Until when that counts. */
  #until = Infinity;
  #version: Version = FIRST;
  /** True if it can carry out every command that needs nothing more than meta commands. */
  #isModern = false;
  /** Why it could not be asked last, and when. */
  #failure: { readonly error: MemcachedError; readonly at: number } | undefined;
  #asking: AbortController | undefined;
  #waiting: (() => void)[] = [];

  constructor(context: MetaSupportContext, { server, open }: AskedServer) {
    this.#context = context;
    this.#server = server;
    this.#open = open;
  }

  /** True once the server has answered, unless that is to be asked again. */
  get isKnown(): boolean {
    if (this.#answer === undefined) return false;
    // Most answers count for good, and then no clock is asked.
    return this.#until === Infinity || this.#context.clock.now() < this.#until;
  }

  /** True if the server has answered, and speaks meta commands. */
  get speaksMeta(): boolean {
    return this.#answer?.speaksMeta ?? false;
  }

  /** The text that it answers to `version`, if that is known. */
  get version(): string | undefined {
    return this.#answer?.version;
  }

  /** True if the server has neither answered nor failed to. */
  get isUnasked(): boolean {
    return this.#answer === undefined && this.#failure === undefined;
  }

  /** Asks the server unless it is known, or could not be asked lately. Calls back when that is over. */
  learn(then: () => void): void {
    const { clock, settings } = this.#context;
    const failure = this.#failure;
    const isTooEarly = failure !== undefined && clock.now() < failure.at + settings.retryTimeout;
    if (this.#asking === undefined && (this.isKnown || isTooEarly)) return then();
    this.#waiting.push(then);
    if (this.#asking === undefined) void this.#ask(new AbortController());
  }

  /** Asks the server anew, until the signal is aborted. Never rejects. */
  async learnAnew(signal: AbortSignal): Promise<void> {
    this.forget();
    const controller = new AbortController();
    const giveUp = () => controller.abort(signal.reason);
    signal.addEventListener("abort", giveUp);
    await this.#ask(controller);
    signal.removeEventListener("abort", giveUp);
  }

  /** Forgets what is known: the server is not connected any more. */
  forget(): void {
    this.#answer = this.#failure = undefined;
    this.#isModern = false;
    this.#asking?.abort(new Error("the connection to the server was lost"));
  }

  /** Gives up what is being asked, for good. */
  close(reason: MemcachedError): void {
    this.#asking?.abort(reason);
  }

  /** Makes the error for a command that the server cannot carry out; `undefined` if it can. */
  refusal(command: Command): MemcachedError | undefined {
    // As nearly always. It is asked for every meta command.
    if (this.#isModern && command.needs === undefined) return undefined;
    const { name } = command;
    const server = this.#server();
    const answer = this.#answer;
    if (answer === undefined) {
      const failure = this.#failure?.error;
      if (failure !== undefined) return forCommand(failure, name);
      return new ConnectionError(
        `Cannot ${name} as ${server} has not said yet whether it speaks meta commands`,
        { server, command: name },
      );
    }
    const where = { server, command: name };
    const said = answer.version === undefined ? "does not say its version" : `is ${answer.version}`;
    if (!answer.speaksMeta) {
      return new UnsupportedError(
        `Cannot ${name} as ${server} does not speak meta commands: they need memcached 1.6.10 or later, ` +
          `without a proxy that does not know them, and the server ${said}`,
        where,
      );
    }
    const { what, since, broken } = command.needs ?? ANY;
    const version = this.#version;
    if (isOlder(version, since)) {
      return new UnsupportedError(
        `Cannot ${name} with ${what} as ${server} would not do so: it needs memcached ${
          since.join(".")
        } or later, and the server ${said}`,
        where,
      );
    }
    if (broken === undefined || isOlder(version, broken[0]) || isOlder(broken[1], version)) {
      return undefined;
    }
    return new UnsupportedError(
      `Cannot ${name} with ${what} as ${server} would not find the item: memcached ${
        broken[0].join(".")
      } to ${broken[1].join(".")} do not, and the server ${said}`,
      where,
    );
  }

  async #ask(controller: AbortController): Promise<void> {
    this.#asking = controller;
    const { clock, settings } = this.#context;
    let answer: MetaAnswer | undefined;
    let failure: MemcachedError | undefined;
    try {
      answer = await this.#askOnce(controller.signal);
      // A connection may end for many reasons. Only one that ends at the same place again shows a proxy.
      if (answer.ended) answer = await this.#askWatched(controller.signal);
    } catch (cause) {
      failure = isSound(cause, MemcachedError) ? cause : dialError(this.#server(), cause);
    }
    // Another question has taken its place, or will.
    if (this.#asking !== controller) return;
    this.#asking = undefined;
    // An answer that was given up says nothing of the server that is there now.
    if (!controller.signal.aborted) {
      this.#answer = answer;
      this.#until = answer?.ended ? clock.now() + settings.retryTimeout : Infinity;
      this.#version = versionOf(answer?.version);
      this.#isModern = this.speaksMeta && !isOlder(this.#version, FIRST);
      this.#failure = failure && { error: failure, at: clock.now() };
    }
    for (const then of this.#waiting.splice(0)) then();
  }

  async #askOnce(signal: AbortSignal): Promise<MetaAnswer> {
    const aside = await this.#open(signal);
    const answer = await aside.ask(this.#context.metaQuestions.speaksMeta);
    aside.close();
    return answer;
  }

  /** Asks while another connection shows whether the server is there. */
  async #askWatched(signal: AbortSignal): Promise<MetaAnswer> {
    const { isThere } = this.#context.metaQuestions;
    const witness = await this.#witness(signal);
    try {
      const answer = await this.#askOnce(signal);
      const isSure = answer.ended && await witness?.ask(isThere).catch(() => false);
      return isSure ? { ...answer, ended: false } : answer;
    } finally {
      witness?.close();
    }
  }

  /** Opens a connection on which the server has answered. `undefined` if it takes no more than one. */
  async #witness(signal: AbortSignal): Promise<Aside | undefined> {
    try {
      const witness = await this.#open(signal);
      if (await witness.ask(this.#context.metaQuestions.isThere)) return witness;
      witness.close();
    } catch {
      // Nobody looks on.
    }
    return undefined;
  }
}

function isOlder(one: Version, other: Version): boolean {
  const at = one.findIndex((part, i) => part !== other[i]);
  return at >= 0 && one[at] < other[at];
}

/** Reads the version at the beginning of a text. What has none can do what the first version could. */
function versionOf(text: string | undefined): Version {
  const found = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})/.exec(text ?? "");
  return found === null ? FIRST : [Number(found[1]), Number(found[2]), Number(found[3])];
}

const ANY: MetaNeeds = { what: "its flags", since: FIRST };
