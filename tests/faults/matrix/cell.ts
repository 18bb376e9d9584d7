/**
 * Plays the cells of one fault. A cell is one call of one method, soft or strict. It ends well if the call settled in
 * time, gave nothing that was not stored under the key, told of what went wrong, and left a client that works again and
 * no open socket.
 */

import { type CallOptions, Client, type ClientOptions, MemcachedError } from "@libmc/libmc";
import { eventually } from "../../support/eventually.ts";
import { CountingConnect } from "./counting_connect.ts";
import { KEYS, type MatrixMethod, valueOf } from "./methods.ts";
import { type MatrixFault, moment, type Scene } from "./scene.ts";

/** One cell: a row, and how it fails. */
export interface Cell {
  readonly method: MatrixMethod;
  readonly strict: boolean;
  /** The client does not ask for replies to what changes something. */
  readonly noreply?: boolean;
}

/** Short, so that thousands of cells take seconds. */
const LIMITS = { connectTimeout: 100, pollTimeout: 100, timeout: 300, retryTimeout: 40 };
const AMPLE = { connectTimeout: 1000, pollTimeout: 1000, timeout: 1500, retryTimeout: 40 };
/** By when a call must have settled, on a machine that has other things to do. */
const BOUND = LIMITS.timeout + 4000;

/**
 * Plays cells with one scene of a fault. Gives a sentence for each breach.
 *
 * @param patience Milliseconds after which a call that has not settled never will.
 */
export async function play(
  fault: MatrixFault,
  cells: readonly Cell[],
  patience = 2 * BOUND,
): Promise<string[]> {
  await using scene = await fault.open(cells[0].method.command);
  const runs = cells.map((cell, i) => new Run(fault, scene, cell, `c${i}:`, patience));
  await Promise.all(runs.map((run) => run.seed()));
  await scene.seeded?.();
  if (!scene.isCold) await Promise.all(runs.map((run) => run.warmUp()));
  await scene.strike?.();
  const calls = runs.map((run) => run.call());
  await scene.strikeDuring?.();
  await Promise.all(calls);
  if (scene.isNextWhole) await Promise.all(runs.map((run) => run.next()));
  await scene.heal();
  await Promise.all(runs.map((run) => run.recover()));
  await Promise.all(runs.map((run) => run.end()));
  const { connections } = scene;
  if (connections !== undefined) await eventually("no socket is left", () => connections() === 0);
  return runs.flatMap((run) => run.breaches);
}

class Run {
  readonly breaches: string[] = [];
  readonly #scene: Scene;
  readonly #fault: MatrixFault;
  readonly #cell: Cell;
  readonly #where: string;
  readonly #tag: string;
  readonly #mayLoseItems: boolean;
  readonly #patience: number;
  readonly #dialler: CountingConnect;
  readonly #client: Client;
  /** The one from whose servers it moves. */
  readonly #oldClient: Client | undefined;
  /** What was told of failures. */
  readonly #told: (MemcachedError | undefined)[] = [];
  #cas = 1n;
  /** True while a method of the client is being called. */
  #isInside = false;
  #failures = 0;
  /** The calls that the listener has made. */
  readonly #heard: Promise<unknown>[] = [];

  constructor(fault: MatrixFault, scene: Scene, cell: Cell, tag: string, patience: number) {
    this.#patience = patience;
    this.#fault = fault;
    this.#scene = scene;
    this.#cell = cell;
    this.#tag = tag;
    const mode = `${cell.strict ? "strict" : "soft"}${cell.noreply ? ", noreply" : ""}`;
    this.#where = `${cell.method.name} × ${fault.name} × ${mode}`;
    this.#mayLoseItems = fault.isShared ?? false;
    this.#dialler = new CountingConnect(scene.dial);
    // Where nothing is to be noticed, no call is late either.
    const limits = scene.isNextWhole ? AMPLE : LIMITS;
    const options: ClientOptions = {
      ...limits,
      // Every limit has to do alone: by default the dial and the silence, with strict the whole call.
      timeout: cell.strict ? limits.timeout : 0,
      prefix: tag,
      allowFlushAll: true,
      noreply: cell.noreply ?? false,
      connect: this.#dialler.connect,
      ...cell.method.options,
      ...cell.method.optionsAt?.(scene.address),
    };
    this.#oldClient = cell.method.oldClient?.(scene.address, options);
    this.#client = new Client(
      cell.method.servers?.(scene.address) ?? scene.address,
      this.#oldClient === undefined ? options : { ...options, migrateFrom: this.#oldClient },
    );
    for (const client of [this.#client, this.#oldClient]) {
      client?.addEventListener("failure", ({ error }) => this.#hear(error));
    }
  }

  async seed(): Promise<void> {
    const { seedAddress } = this.#scene;
    if (seedAddress === undefined) return;
    const patient = { strict: true, prefix: this.#tag, pollTimeout: 5000, connectTimeout: 5000 };
    const { options, hasSeveral } = this.#cell.method;
    await using seeder = new Client(seedAddress, { ...(hasSeveral ? {} : options), ...patient });
    await seeder.setMulti(this.#cell.method.seedItems(this.#tag));
    this.#cas = (await seeder.gets("k0"))?.cas ?? 1n;
  }

  async warmUp(): Promise<void> {
    await eventually("the client is connected", () => this.#isConnected());
    await this.#cell.method.warmUp?.(this.#client);
    // What has failed until now is told in a turn of its own.
    await moment(1);
    this.#told.length = 0;
  }

  /** Makes the call and judges what came of it. */
  async call(): Promise<void> {
    const { method, strict, noreply } = this.#cell;
    const before = this.#scene.carriedOut?.(method.command);
    // What its listener called before has failed by itself.
    this.#told.length = 0;
    const began = performance.now();
    const outcome = await this.#settled(this.#begin({ strict }));
    const took = Math.round(performance.now() - began);
    if (outcome === "never") return this.#breach(`did not settle within ${this.#patience} ms`);
    // A call that fails at once is over before its listeners are called, which is in a turn of its own.
    if (this.#told.length === 0) await moment(1);
    if (took > BOUND) this.#breach(`took ${took} ms`);
    if ("error" in outcome) return this.#judgeError(outcome.error, before);
    const { answer } = outcome;
    if (!method.isPart(answer, this.#tag)) return this.#breach(`gave ${Deno.inspect(answer)}`);
    if (strict && this.#told.length > 0 && !method.mayResolve) {
      this.#breach(`resolved although it failed: ${this.#told[0]?.message}`);
    }
    // Who asks for no reply hears only of what could not be sent.
    if (noreply) return;
    if (this.#told.length > 0 || this.#mayLoseItems || method.isWhole(answer, this.#tag)) return;
    if (method.hidesMisses && this.#fault.leavesOut) return;
    if (method.missesAt === this.#fault.name) return;
    // This one has no failure to tell: it says where a call would go.
    if (method.command !== "none") this.#breach(`failed without a word: ${Deno.inspect(answer)}`);
  }

  /** Asks for an item by another command, to which nothing has happened. */
  async next(): Promise<void> {
    // Of its steps some may be lost that are not asked for again.
    if (this.#oldClient !== undefined) return;
    const key = KEYS[1];
    const outcome = await this.#settled(
      this.#cell.method.command === "get" ? this.#client.gat(key, 100) : this.#client.get(key),
    );
    if (outcome !== "never" && "answer" in outcome && outcome.answer === valueOf(this.#tag, key)) {
      return;
    }
    this.#breach(`the next call was lost: ${Deno.inspect(outcome)}`);
  }

  /** The client must work again, by itself, and must not give anything wrong meanwhile. */
  async recover(): Promise<void> {
    const { method } = this.#cell;
    const value = valueOf(this.#tag, "again");
    // Hundreds of cells ask at once, and what they ask for needs the machine, too.
    let pause = 1;
    await eventually(`${this.#where}: the client works again`, async () => {
      const stored = await this.#client.set("again", value);
      const found = await this.#client.get("again");
      if (found !== undefined && found !== value) {
        this.#breach(`gave ${Deno.inspect(found)} later`);
        return true;
      }
      // A server that slept may carry out late what it was told before.
      if (stored && found === value) return true;
      await moment(pause);
      pause = Math.min(2 * pause, LIMITS.retryTimeout);
      return false;
    });
    const left = await method.wrongRest?.(this.#client, this.#tag, this.#fault.name);
    if (left !== undefined) this.#breach(`left ${left}`);
    // Where items are carried servers are asked for meta commands, on connections of their own that end soon.
    const most = this.#oldClient === undefined ? 1 : 2;
    await this.#noMoreThan(most);
    if (this.#dialler.open > most) {
      this.#breach(`${method.name} left ${this.#dialler.open} sockets`);
    }
  }

  /** Waits a moment for connections to end. */
  async #noMoreThan(most: number): Promise<void> {
    if (!this.#cell.method.hasSeveral) return;
    for (let i = 0; i < 50 && this.#dialler.open > most; i++) await moment(20);
  }

  async end(): Promise<void> {
    if (await this.#settled(Promise.all(this.#heard)) === "never") {
      this.#breach("let its listener wait");
    }
    // On a busy machine the listener hears of the last failures only now.
    this.#failures = MOST_HEARD;
    const outcome = await this.#settled(this.#client.close());
    if (outcome === "never") this.#breach("cannot be closed");
    await this.#oldClient?.close();
    await this.#noMoreThan(0);
    if (this.#dialler.open !== 0) this.#breach(`left ${this.#dialler.open} sockets open`);
    if (this.#dialler.closedTwice !== 0) this.#breach("closed a socket twice");
  }

  async #isConnected(): Promise<boolean> {
    return (await this.#client.version()).size === 1;
  }

  #begin(options: CallOptions): Promise<unknown> {
    return this.#inside(() => this.#cell.method.call(this.#client, this.#tag, options, this.#cas));
  }

  #inside(call: () => Promise<unknown>): Promise<unknown> {
    this.#isInside = true;
    try {
      return call();
    } finally {
      this.#isInside = false;
    }
  }

  /** Hears of a failure, and calls the client as listeners may. */
  #hear(error: MemcachedError | undefined): void {
    this.#told.push(error);
    if (this.#isInside) this.#breach("told of a failure inside of a call");
    // Nothing is to stand before the next call.
    if (this.#scene.isNextWhole || ++this.#failures > MOST_HEARD) return;
    // A command whose count nobody looks at.
    const { command } = this.#cell.method;
    const call = () => command === "get" ? this.#client.touch("none", 0) : this.#client.get("none");
    this.#heard.push(this.#inside(call));
  }

  #judgeError(error: unknown, before: number | undefined): void {
    const { method, strict } = this.#cell;
    if (!(error instanceof MemcachedError)) return this.#breach(`threw ${Deno.inspect(error)}`);
    if (!strict) return this.#breach(`rejected: ${error.message}`);
    if (this.#told.length === 0) this.#breach(`told nobody of: ${error.message}`);
    const after = this.#scene.carriedOut?.(method.command);
    const isCounted = !method.isAskedBesides;
    if (isCounted && error.sent === "no" && after !== before) {
      this.#breach("was carried out, but not sent");
    }
  }

  /** What comes of a promise, if anything does in time. */
  async #settled(promise: Promise<unknown>): Promise<Outcome> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"never">((resolve) => {
      timer = setTimeout(() => resolve("never"), this.#patience);
    });
    const known = promise.then((answer) => ({ answer }), (error) => ({ error }));
    try {
      return await Promise.race([known, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #breach(what: string): void {
    this.breaches.push(`${this.#where}: ${what}`);
  }
}

/** How many calls the listener of a cell makes. */
const MOST_HEARD = 20;

type Outcome = { answer: unknown } | { error: unknown } | "never";
