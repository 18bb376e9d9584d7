/** What is counted of calls when they end: by verb, by group of keys, and how long they took. */

import { BoundedMap } from "../bounded_map.ts";
import type { Clock, Deadline } from "../clock.ts";
import type { Usage } from "../commands/receiver.ts";
import type { MemcachedError } from "../errors.ts";
import { GroupCounts } from "../observe/group_counts.ts";
import { Histogram, type Latencies } from "../observe/histogram.ts";
import type { Observer } from "../observe/observer.ts";
import { type CountedVerb, VerbCounts } from "../observe/verb_counts.ts";
import type { Settings } from "./options.ts";
import type { Verb } from "./verb.ts";

/** A call that has ended. */
export interface EndedCall {
  readonly verb: Pick<Verb, "name" | "gives">;
  /** The keys as the caller gave them; `undefined` if it had none, or was over before they were looked at. */
  readonly keys: string | readonly string[] | undefined;
  readonly deadline: Deadline;
  readonly itemBytes: number;
}

/** The counts of one client. */
export class CallCounts {
  /** Made for the first call, as many clients make none. */
  #verbs: VerbCounts | undefined;
  readonly groups: GroupCounts | undefined;
  /** Notes how long commands take, by server. */
  readonly timing: Observer | undefined;
  /** Made for the first command. Servers that have left go some time. */
  #servers: BoundedMap<string, Histogram> | undefined;
  /** Only if it is looked at how long calls take. */
  readonly #clock: Clock | undefined;
  readonly #hasLatencies: boolean;
  readonly #slow: number;
  /** Called for a call that was slow, with the time at which it was over. */
  onSlow: ((call: EndedCall, ended: number) => void) | undefined;
  /** True if calls by verb are all that is counted. */
  readonly #isPlain: boolean;

  constructor({ group, latencies, clock, warn, slow }: Settings) {
    this.groups = group && new GroupCounts(group, warn);
    this.#clock = latencies || slow > 0 ? clock : undefined;
    this.#slow = slow;
    this.#hasLatencies = latencies;
    this.timing = latencies
      ? { attempt: (server, _command, ms) => this.#attempt(server, ms) }
      : undefined;
    this.#isPlain = this.groups === undefined && this.#clock === undefined;
  }

  get verbs(): VerbCounts {
    return this.#verbs ??= new VerbCounts();
  }

  /** Gives the place where the traffic of calls of a verb is counted. */
  usageOf(verb: CountedVerb): Usage {
    return this.verbs.usageOf(verb);
  }

  /** Counts a call that gave its result. */
  succeeded(call: EndedCall, value: unknown): void {
    this.verbs.succeeded(call, value);
    if (!this.#isPlain) this.#ended(call, value, true);
  }

  /** Counts a call that failed, or of which parts failed; `value` is what the others gave. */
  failed(call: EndedCall, errors: readonly MemcachedError[], value: unknown): void {
    this.verbs.failed(call, errors, value);
    if (!this.#isPlain) this.#ended(call, value, false);
  }

  /** Gives how long the commands to a server took, if that is counted. */
  latencyOf(server: string): Latencies | undefined {
    return this.#servers?.get(server)?.snapshot();
  }

  #attempt(server: string, milliseconds: number): void {
    const servers = this.#servers ??= new BoundedMap(MOST_SERVERS);
    let histogram = servers.get(server);
    if (histogram === undefined) servers.set(server, histogram = new Histogram());
    histogram.record(milliseconds);
  }

  #ended(call: EndedCall, value: unknown, isWhole: boolean): void {
    const { verb, keys, deadline } = call;
    if (keys !== undefined) this.groups?.ended(keys, verb.gives, value, isWhole);
    if (this.#clock === undefined) return;
    // A call that is over before the turn has ended took no time.
    const now = this.#clock.now();
    const took = deadline.began === undefined ? 0 : now - deadline.began;
    if (this.#hasLatencies) this.verbs.took(verb, took);
    if (this.#slow > 0 && took > this.#slow) this.onSlow?.(call, now);
  }
}

/** More than a client has at once; of a list that keeps changing, those that were new last. */
const MOST_SERVERS = 10_000;
