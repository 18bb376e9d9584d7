/**
 * Asks every server once a second, and keeps what they said. Each has a question outstanding at most, which ends by itself,
 * so a server that hangs holds up no other. A tick takes down what is known, and asks anew, a few servers at a time: all at
 * once, they would measure how busy this program is.
 */

import type { Clock } from "../../../mod.ts";
import { FINE, History } from "./history.ts";
import type { Probe } from "./probe.ts";
import { NOTHING, pointOf, type Rates, ratesOf, type TimedAnswer, together } from "./rates.ts";
import { troubleOf } from "./trouble.ts";
import { type ServerRow, SHOWN_STATS, type ShownStats, type Trouble } from "./wire.ts";

/** What a recorder needs. */
export interface RecorderOptions {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly today: () => number;
  /** The server strings, which may change. */
  readonly servers: () => readonly string[];
  /** Makes a probe for one of them. */
  readonly probe: (server: string) => Probe;
}

/** Keeps what servers have said, and tells when there is more. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #all = new History();
  /** By server string. */
  readonly #watched = new Map<string, Watched>();
  #waiting: (() => void)[] = [];
  #cancel: (() => void)[] = [];
  #ticks = 0;
  #isClosed = false;
  /** When the recorder began, in milliseconds since 1970. */
  readonly started: number;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.started = options.today();
  }

  /** Number of the ticks so far. */
  get ticks(): number {
    return this.#ticks;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Asks all servers for the first time, and takes down what they say. */
  async start(): Promise<void> {
    this.#follow();
    const asked = Array.from(this.#watched.values(), (watched) => watched.ask());
    await Promise.race([Promise.all(asked), this.#pause(FINE.step)]);
    this.#tick();
  }

  /** Resolves when there have been more than so many ticks, or when the recorder is closed. */
  after(ticks: number): Promise<void> {
    if (this.#isClosed || this.#ticks > ticks) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** What is known of the servers now, in their order. */
  rows(): ServerRow[] {
    return Array.from(this.#watched.values(), (watched) => watched.row());
  }

  /** The points of all servers together, or of one. `undefined` if there is none of that name, or none is kept of it. */
  history(server: string | undefined): History | undefined {
    if (server === undefined) return this.#all;
    return [...this.#watched.values()].find(({ name }) => name === server)?.history;
  }

  /** The probes of all servers, or of one. */
  probes(server: string | undefined): Probe[] {
    return Array.from(this.#watched.values(), ({ probe }) => probe)
      .filter(({ name }) => server === undefined || name === server);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#cancel.splice(0)) cancel();
    this.#wake();
    await Promise.all(Array.from(this.#watched.values(), ({ probe }) => probe.close()));
  }

  #tick(): void {
    if (this.#isClosed) return;
    const { today, clock } = this.#options;
    const time = today();
    const rates = Array.from(this.#watched.values(), (watched) => watched.record(time));
    this.#all.add(time, together(rates.filter((rate) => rate !== undefined)));
    this.#ticks++;
    this.#wake();
    this.#follow();
    this.#cancel = [clock.after(FINE.step, () => this.#tick())];
    const watched = [...this.#watched.values()];
    const step = SPREAD / Math.max(1, Math.ceil(watched.length / AT_ONCE));
    for (let from = 0, at = FIRST; from < watched.length; from += AT_ONCE, at += step) {
      const some = watched.slice(from, from + AT_ONCE);
      this.#cancel.push(clock.after(at, () => some.forEach((one) => void one.ask())));
    }
  }

  /** Begins to watch servers that have come, and stops for those that have left. */
  #follow(): void {
    const servers = new Set(this.#options.servers().slice(0, MOST_SERVERS));
    for (const [server, { probe }] of this.#watched) {
      if (servers.has(server)) continue;
      this.#watched.delete(server);
      probe.close().catch(() => {});
    }
    for (const server of servers) {
      if (this.#watched.has(server)) continue;
      const isKept = this.#watched.size < MOST_HISTORIES;
      this.#watched.set(server, new Watched(this.#options.probe(server), this.#options, isKept));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#cancel.push(this.#options.clock.after(milliseconds, resolve), resolve);
    });
  }
}

/** One server. */
class Watched {
  readonly probe: Probe;
  readonly history: History | undefined;
  readonly #options: RecorderOptions;
  #isAsking = false;
  #before: TimedAnswer | undefined;
  #answer: TimedAnswer | undefined;
  /** True if there is an answer that no point has yet. */
  #isNew = false;
  #rates: Rates | undefined;
  #trouble: Trouble | undefined;
  #since: number;

  constructor(probe: Probe, options: RecorderOptions, isKept: boolean) {
    this.probe = probe;
    this.#options = options;
    this.history = isKept ? new History() : undefined;
    this.#since = options.today();
  }

  get name(): string {
    return this.probe.name;
  }

  async ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const { clock, today } = this.#options;
    try {
      const answer = await this.probe.ask();
      if (this.#answer === undefined || this.#trouble !== undefined) this.#since = today();
      this.#before = this.#trouble === undefined ? this.#answer : undefined;
      this.#answer = { ...answer, at: clock.now() };
      this.#isNew = true;
      this.#trouble = undefined;
    } catch (error) {
      if (this.#trouble === undefined) this.#since = today();
      this.#trouble = troubleOf(error);
      this.#isNew = false;
      this.#rates = undefined;
    } finally {
      this.#isAsking = false;
    }
  }

  /** Takes down what is new. */
  record(time: number): Rates | undefined {
    const answer = this.#answer;
    const rates = this.#isNew && answer !== undefined ? ratesOf(this.#before, answer) : undefined;
    if (rates !== undefined) this.#rates = rates;
    this.#isNew = false;
    this.history?.add(time, rates === undefined ? NOTHING : pointOf(rates.figures));
    return rates;
  }

  row(): ServerRow {
    const { name } = this;
    const since = this.#since;
    const stats = this.#answer && shownOf(this.#answer);
    const known = stats === undefined ? {} : { stats };
    if (this.#trouble !== undefined) {
      return { name, state: "down", since, trouble: this.#trouble, ...known };
    }
    const point = this.#rates === undefined ? {} : { point: pointOf(this.#rates.figures) };
    return { name, state: stats === undefined ? "asked" : "up", since, ...known, ...point };
  }
}

function shownOf({ stats }: TimedAnswer): ShownStats {
  return Object.fromEntries(
    SHOWN_STATS.filter((name) => name in stats).map((name) => [name, stats[name]]),
  );
}

/** Servers beyond these are not shown. */
const MOST_SERVERS = 1000;
/** Those of which points are kept: 70 kB each. */
const MOST_HISTORIES = 200;
/** Servers that are asked at the same time. */
const AT_ONCE = 8;
/** When the first are asked, in milliseconds after a tick, and over how many more all are spread. */
const FIRST = 300;
const SPREAD = 500;
