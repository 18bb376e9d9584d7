/** Everything that the calls of a client share: settings, keys, servers and observers. */

import { type Deadline, Turns } from "../clock.ts";
import { Cluster } from "../cluster/cluster.ts";
import { copyOf, type ServerCounters } from "../cluster/counters.ts";
import type { Server } from "../cluster/server.ts";
import { fullError, unplacedError } from "../cluster/server_errors.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { Opaques } from "../commands/meta/opaque.ts";
import { ProofCommand } from "../commands/proof.ts";
import { share } from "../error_copy.ts";
import { ClosedError, MemcachedError, TimeoutError } from "../errors.ts";
import { observersOf } from "../observe/built_in.ts";
import type { Observer } from "../observe/observer.ts";
import type { Begun, ObservedVerb, Observers } from "../observe/observers.ts";
import { Outbox, posting } from "../observe/outbox.ts";
import { hearsFailures, Warnings } from "../observe/warnings.ts";
import { checkPlacement, distributionOf } from "../placement/distributions.ts";
import { authenticateWith, censorOf } from "./authentication.ts";
import { Call, type CallOwner } from "./call.ts";
import { Called, type Place } from "./called.ts";
import type { CallOptions } from "./call_options.ts";
import { CLUSTER_QUESTIONS } from "./cluster_questions.ts";
import { Deadlines, sweepPeriod } from "./deadlines.ts";
import { Ending, type Ends } from "./ending.ts";
import { CallCounts } from "./call_counts.ts";
import { countingCommands, countingDecoders, type Decoders } from "./group_bytes.ts";
import { decodersOf } from "./item_decoders.ts";
import { remembering } from "./invalidation.ts";
import { checkFailover, copiesOf, type CopiesPlan } from "./copies.ts";
import { KeyOrder, type Turn } from "./key_order.ts";
import { keysFor } from "./hashed_keys.ts";
import type { Keys } from "./keys.ts";
import {
  type ClientOptions,
  type LiveOptions,
  readClientOptions,
  readLiveOptions,
  type Settings,
  settingsOf,
} from "./options.ts";
import { followingOf } from "./following.ts";
import { sendInGroups } from "./group_sending.ts";
import { readGutter } from "./gutter.ts";
import { type NearValues, nearValuesOf } from "./near_values.ts";
import { OwnChanges } from "./own_changes.ts";
import type { Parts } from "./parts.ts";
import { dialler, resolver } from "./platform.ts";
import { NO_SERVERS, readServers, type Servers } from "./server_list.ts";
import { isSource, type ServerSource } from "./server_source.ts";
import { tellSlow } from "./slow_calls.ts";
import { Roster } from "./roster.ts";
import type { Verb } from "./verb.ts";
import { isSound } from "../thrown.ts";
import { isRejectionEnough, traced } from "./trace.ts";
import { OpenCalls } from "./open_calls.ts";
import { LoopYield } from "./yielding.ts";

/** Begins calls, sends their commands, and closes when all of them have settled. */
export class Engine implements CallOwner {
  readonly settings: Settings;
  /** The wire key that decides the server of all keys, in a view that has one. */
  readonly route: string | undefined = undefined;
  /** Which copy of keys calls are for, in a view that has another one than the first. */
  readonly copy: number = 0;
  readonly cluster: Cluster;
  /** Which copies keys have, with `replicas` or `zones`. */
  readonly copies: CopiesPlan | undefined;
  readonly keys: Keys;
  readonly decoders: Decoders;
  readonly counts: CallCounts;
  readonly roster: Roster;
  /** The values that the client keeps, with the option `nearCache`. */
  readonly near: NearValues | undefined;
  lastError: MemcachedError | undefined;
  /**
   * Seconds that the longest load of `getOrSet()` may take that has nothing but its lock by which it sees that a value was
   * deleted; 0: there is none.
   */
  longestLock = 0;
  readonly deadlines: Deadlines;
  /** Has the keys of a command noted if it fails, with `replayInvalidations`. */
  readonly #remember: ((command: Command) => Command) | undefined;
  /** Made for the first call of several steps. */
  #order: KeyOrder | undefined;
  /** Made for the first call that settles at once. */
  #loopYield: LoopYield | undefined;
  readonly #observers: Observers;
  readonly #outbox: Outbox;
  readonly #warnings: Warnings;
  /** Which items the client's own calls change. */
  readonly changes: OwnChanges = new OwnChanges();
  /** The calls under way that end by their own limits. */
  readonly #open = new OpenCalls();
  #closing: Promise<void> | undefined;
  /** Made for the first who asks when the client is told to close, or then. */
  #ending: Ending | undefined;
  #opaques: Opaques | undefined;
  /** Where the client was closed, as the cause of later errors. */
  #closedAt: Error | undefined;

  constructor(servers: Servers | ServerSource, options: ClientOptions, target: EventTarget) {
    const given = readClientOptions(options);
    checkPlacement(given);
    const settings = this.settings = settingsOf(given);
    const connect = dialler(given);
    const { auth } = given;
    const following = followingOf(servers, { settings, connect, auth, resolve: resolver() });
    const list = isSource(servers) ? NO_SERVERS : readServers(servers, settings);
    this.copies = copiesOf(given, isSource(servers) ? undefined : list, settings);
    this.keys = keysFor(settings, settings.prefix, target);
    this.counts = new CallCounts(settings);
    const { groups } = this.counts;
    this.decoders = countingDecoders(decodersOf(settings), groups, this.keys);
    this.#outbox = new Outbox(settings.clock);
    this.#observers = observersOf(target, this.#outbox, this.counts.timing, given.observer);
    this.#warnings = new Warnings(settings.warn && !hearsFailures(given.observer));
    const turns = new Turns(settings.clock);
    this.deadlines = new Deadlines(turns, settings);
    const proofKey = this.keys.unused();
    this.cluster = new Cluster(list.placed, {
      distribute: (placed) => distributionOf(placed, { ...settings, prefix: this.keys.prefix }),
      clock: settings.clock,
      turns,
      ...CLUSTER_QUESTIONS,
      connect: following?.connect ?? connect,
      awaited: following,
      gutter: readGutter(given.gutter, list, settings),
      replicas: this.copies?.replicas,
      zones: this.copies?.zones,
      prepare: auth && authenticateWith(auth),
      censor: auth && censorOf(auth),
      proof: (refused) => new ProofCommand(proofKey, refused),
      settings,
      sweepPeriod: () => sweepPeriod(settings),
      happened: (happening) => {
        this.#observers.happened(happening);
        const { hasStandIns } = this.cluster;
        this.near?.happened(happening, hasStandIns);
        // With stand-ins the calls succeed elsewhere, and nobody would hear of a server that was never there.
        const { what, error } = happening;
        if (what === "dead" && hasStandIns && error !== undefined) this.#warn(error);
      },
      attempts: this.#observers,
    });
    const remember = remembering(settings, (...lost) => this.cluster.debts.lost(...lost));
    this.#remember = countingCommands(groups, this.keys, remember);
    this.roster = new Roster(list, this.cluster, {
      settings,
      following,
      failed: (error) => this.failed(error, "servers", false),
      changed: (change) => this.#observers.happened({ what: "servers", change }),
    });
    if (settings.slow > 0) tellSlow(this, this.#observers);
    this.near = nearValuesOf(settings, this.cluster);
    if (this.near !== undefined) this.changes.add(this.near.drop);
  }

  get strict(): boolean {
    return this.settings.strict;
  }

  /** The numbers by which replies to meta commands are known. */
  get opaques(): Opaques {
    return this.#opaques ??= new Opaques();
  }

  deadline(): Deadline {
    return this.deadlines.next();
  }

  /** Begins a call. An error that `begin` throws is misuse, and rejects. */
  call<T>(
    verb: Verb<T>,
    options: CallOptions | undefined,
    begin: (call: Call<T>) => void,
  ): Promise<T> {
    return this.start(new Call<T>(this, verb, options), begin);
  }

  /**
   * Begins a call that has been made.
   *
   * @param isBounded True if the call ends by the limits of its commands, so that closing can wait for it.
   */
  start<T, C extends Call<T>>(call: C, begin: (call: C) => void, isBounded = true): Promise<T> {
    try {
      if (this.opens(call, isBounded)) begin(call);
    } catch (error) {
      call.rejectMisuse(error);
    }
    return this.promiseOf(call);
  }

  /**
   * Notes that a call begins, for verbs that do without {@linkcode Engine.start}, which takes a function for each call.
   *
   * @returns False if it has settled before it began.
   * @throws {ClosedError} If the client is closed. As all that throws then, it is misuse.
   */
  opens<T>(call: Call<T>, isBounded = true): boolean {
    if (this.#closing !== undefined && !this.#open.isResuming) {
      throw this.closedError();
    }
    if (call.settled) return false;
    if (isBounded) {
      this.#open.add();
      call.onSettled = this.#open.settled;
    }
    return true;
  }

  /** Gives the promise of a call that has begun, or could not. */
  promiseOf<T>(call: Call<T>): Promise<T> {
    const turn = call.settled ? this.#pause() : undefined;
    if (turn === undefined && (!call.strict || isRejectionEnough)) return call.promise;
    // Handled from now on, though the caller sees it only after the event loop has turned.
    if (turn !== undefined) call.promise.catch(() => {});
    return traced(call, turn);
  }

  /** Has closing wait for something that a call under way has begun, and that ends by its own limits. It must not reject. */
  holdOpen(done: Promise<void>): void {
    this.#open.hold(done);
  }

  /** True once the client is told to close: what is called now comes too late. */
  get isClosing(): boolean {
    return this.#ending?.hasBegun === true && !this.#open.isResuming;
  }

  /** Begins calls that were made before the client was told to close, and have waited while it was held open. */
  resume(begin: () => void): void {
    this.#open.resume(begin);
  }

  /** Counts a call that has settled at once. Returns a promise if its caller must wait for it first. */
  #pause(): Promise<void> | undefined {
    return (this.#loopYield ??= new LoopYield(this.settings.clock)).pauseAfterFailure();
  }

  /**
   * Runs a call of several steps, each of which rejects on failure. A failure is told once, and gives the fallback unless
   * the call is strict. The call takes as long as its caller's stream; closing waits only for the step under way.
   */
  inSteps<T>(
    verb: Verb<T>,
    options: CallOptions | undefined,
    run: (call: Call<T>) => Promise<T>,
  ): Promise<T> {
    return this.start(new Call<T>(this, verb, options), (call) => {
      run(call).then(
        (value) => call.resolve(value),
        (error) => isSound(error, MemcachedError) ? call.reject(error) : call.rejectMisuse(error),
      );
    }, false);
  }

  /**
   * Says that a call's arguments are valid and that it is about to be sent. If nobody watches calls or changes, it costs an
   * `if` or two.
   *
   * @param keys The keys as the caller gave them.
   * @param place Where it goes, for observers: mostly its wire keys.
   * @param changed The wire keys whose items the call may change.
   * @returns The call as its observers know it; `undefined` if nobody watches.
   */
  began(
    call: ObservedVerb,
    keys: string | readonly string[],
    place: Place,
    changed?: string | readonly string[],
  ): Begun | undefined {
    call.keys = keys;
    if (changed !== undefined) this.changes.follow(call, changed);
    if (!this.watchesCalls) return undefined;
    const called = new Called(this.settings.prefix, this.cluster, place);
    return this.#observers.begin(call, typeof keys === "string" ? [keys] : keys, called);
  }

  /** True if somebody watches calls, now. */
  get watchesCalls(): boolean {
    return this.#observers.watchesCalls;
  }

  /** Tells one more observer from now on, until the function that is returned is called. */
  observe(observer: Observer): () => void {
    return this.#observers.add(posting(observer, this.#outbox));
  }

  /** Gives a function that begins calls later, as if they were begun now: for observers that know contexts. */
  keepContext<A, R>(run: (argument: A) => R): (argument: A) => R {
    return this.watchesCalls ? this.#observers.keepContext(run) : run;
  }

  /**
   * Sends a call's command to the server of its key, behind all calls for the key that were made before.
   *
   * @param turn That of the call, if it takes several steps and has one.
   */
  send(call: { readonly deadline: Deadline }, key: string, command: Command, turn?: Turn): void {
    if (this.#remember !== undefined) command = this.#remember(command);
    command.deadline = call.deadline;
    const order = this.#order;
    if (order === undefined || order.size === 0 || turn !== undefined || !order.holds(key)) {
      this.cluster.submit(key, command);
    } else {
      this.#submitInTurn(key, key, command);
    }
  }

  /** Sends a command for a chunk of the value under a key, behind all calls for that key that were made before. */
  sendForChunk(
    call: { readonly deadline: Deadline },
    key: string,
    chunkKey: string,
    command: Command,
  ): void {
    if (this.#remember !== undefined) command = this.#remember(command);
    command.deadline = call.deadline;
    if (this.#order?.holds(key)) this.#submitInTurn(key, chunkKey, command);
    else this.cluster.submit(chunkKey, command);
  }

  #submitInTurn(heldKey: string, key: string, command: Command): void {
    this.inTurn(
      [heldKey],
      { deadline: command.deadline, command: command.name },
      (turn) => {
        if (!command.abandoned) this.cluster.submit(key, command);
        turn.end();
      },
      (error) => command.fail(error),
      command.route,
    );
  }

  /**
   * Sends commands for many keys, grouped by server, behind all calls for these keys that were made before. `orphaned` is
   * told the positions of keys without a server.
   */
  sendGroups(
    wireKeys: readonly string[],
    fanOut: Parts,
    commandsFor: (group: KeyGroup) => Iterable<Command>,
    orphaned?: (positions: readonly number[]) => void,
    route?: string,
    copy = 0,
  ): void {
    const order = this.#order;
    const mustWait = order !== undefined && order.size > 0 && fanOut.turn === undefined &&
      wireKeys.some((key) => order.holds(key));
    const owes = this.settings.replayInvalidations;
    const sender = { cluster: this.cluster, remember: this.#remember, owes };
    const groups = { fanOut, commandsFor, orphaned, routing: { route, copy } };
    if (!mustWait) return sendInGroups(sender, wireKeys, groups);
    this.inTurn(wireKeys, fanOut, (turn) => {
      sendInGroups(sender, wireKeys, groups, () => turn.end());
    }, (error) => {
      fanOut.note(error);
      orphaned?.(Array.from(wireKeys.keys()));
      fanOut.allSent();
    }, route);
  }

  /**
   * Begins something when all calls for its keys that were made before are on their way. Calls made after it wait until
   * its turn has ended.
   *
   * @param begin Must end the turn some time.
   * @param fail Called if too many calls wait, or it has waited until its deadline.
   */
  inTurn(
    keys: readonly string[],
    { deadline, command }: { readonly deadline: Deadline; readonly command: string },
    begin: (turn: Turn) => unknown,
    fail: (error: MemcachedError) => void,
    route = keys[0],
  ): void {
    const order = this.#order ??= new KeyOrder();
    const server = this.cluster.ownerOf(route).name;
    const { maxPending } = this.settings;
    if (order.waiting >= maxPending) return fail(fullError(server, command, maxPending));
    const giveUp = () =>
      fail(new TimeoutError(`Cannot ${command} as ${LATE}`, { server, command }));
    order.take({ keys, deadline, begin, giveUp, failed: (e) => fail(unplacedError(server, e)) });
    if (order.waiting > 0) this.cluster.watch(order);
  }

  /** Waits for the turn of a call that takes as long as its caller's stream. The caller must end it. */
  endlessTurn(key: string, command: string, route = key): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const call = { deadline: this.deadline(), command };
      this.inTurn([key], call, resolve, reject, route);
    });
  }

  /** Says when the client is told to close, for all that would take as long as the program lets it. */
  get ending(): Ends {
    return this.#ending ??= new Ending();
  }

  /** Tells streams and loads that the client closes. The steps of earlier calls are still accepted. */
  beginClosing(): void {
    this.#closedAt ??= new Error("The client was closed here");
    const { clock, timeout } = this.settings;
    this.#ending ??= new Ending();
    this.#ending.begin({ reason: share(this.closedError()), clock, timeout });
  }

  /** Finds the display name of the server that a command with this key would go to now. It may dial that server. */
  locate(
    key: string,
    deadline: Deadline,
    then: (server: string | undefined) => void,
    copy = 0,
  ): void {
    this.cluster.locate(key, deadline, (server) => then(server?.name), copy);
  }

  /** Gives the wire key that decides a server in place of the keys of a call. */
  routeFor(routeBy: string): string {
    return this.keys.route(routeBy);
  }

  /** Gives the display name of the server that owns a key. */
  ownerOf(key: string): string {
    this.roster.mustKnow("tell the server of a key");
    return this.cluster.ownerOf(this.keys.one(key)).name;
  }

  /** Gives the display name of the server that owns a wire key. */
  serverOf(wireKey: string, copy = 0): string {
    return this.cluster.ownerOf(wireKey, copy).name;
  }

  /** How often it has changed which servers have which keys. */
  get serverChanges(): number {
    return this.cluster.changes;
  }

  /** Copies the counters of all servers, by display name. */
  counters(): Map<string, ServerCounters> {
    if (this.cluster.isAwaiting) return new Map();
    return new Map(
      this.cluster.allServers.map(({ name, counters }) => {
        return [name, copyOf(counters, this.counts.latencyOf(name))];
      }),
    );
  }

  /** Lets the program end although connections are open. */
  unref(): void {
    this.cluster.unref();
  }

  /** Sends a last command on every connection, waits until all commands on them have ended, and closes them. */
  async drain(last: () => Command): Promise<void> {
    this.roster.pause();
    await this.cluster.drain(last);
  }

  /** Counts a chunked value that could not be joined, or a value that did not pass its schema. */
  count(what: "torn" | "misfit", wireKey: string, copy = 0): void {
    this.#observers.happened({ what, server: this.cluster.ownerOf(wireKey, copy) });
  }

  failed(error: MemcachedError, verb: string, isSeen: boolean): void {
    this.lastError = error;
    const server = this.#serverOf(error);
    this.#observers.happened({ what: "failure", server, error, verb });
    if (!isSeen) this.#warn(error, server);
  }

  /** Says nothing more on the console: somebody listens to failures. */
  stopWarnings(): void {
    this.#warnings.stop();
  }

  #serverOf({ server }: MemcachedError): Server | undefined {
    return server === undefined ? undefined : this.cluster.named(server);
  }

  #warn(error: MemcachedError, server = this.#serverOf(error)): void {
    const say = this.#warnings.about(server, error);
    if (say !== undefined) this.#outbox.post(say);
  }

  /** Changes the settings that can be changed while the client lives. */
  config(options: LiveOptions): void {
    const given = readLiveOptions(options);
    const { hashFn, distribution } = this.settings;
    if (given.hashFn !== undefined) checkPlacement({ distribution, hashFn: given.hashFn });
    checkFailover(this.copies, given.failover);
    Object.assign(this.settings, given);
    if (this.settings.hashFn !== hashFn) this.cluster.rehash();
  }

  /** Closes for ever, once all calls under way have settled. A second call waits for the first. */
  close(): Promise<void> {
    this.near?.close();
    this.beginClosing();
    return this.#closing ??= this.#end();
  }

  /** True if calls end by themselves: none of them waits for a dial that has no time limit. */
  get callsEnd(): boolean {
    return this.settings.connectTimeout > 0 || this.settings.timeout > 0;
  }

  /** Waits for the calls under way, with all their steps, if these end. */
  async #end(): Promise<void> {
    if (this.callsEnd) await this.#open.none();
    this.roster.close();
    await this.cluster.close(this.#closedAt);
    this.#outbox.close();
  }

  /** Makes the error of a call that comes too late. */
  closedError(): ClosedError {
    return new ClosedError("Cannot use client as it is closed", { cause: this.#closedAt });
  }
}

const LATE = "the calls for its key that were made before took longer than its timeout";
