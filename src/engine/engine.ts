/** What the verbs of a client share: settings, keys, calls, the cluster, and what is heard of failures. */

import { Cluster } from "../cluster/cluster.ts";
import type { Server } from "../cluster/server.ts";
import { errorFor } from "../cluster/server_errors.ts";
import type { Credentials } from "../commands/authentication.ts";
import type { Command, Outcome } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { Sweeper } from "../connection/sweeper.ts";
import { ClosedError, MemcachedError } from "../errors.ts";
import { ServerEvent } from "../observe/events.ts";
import { wireKey, wirePrefix } from "../key.ts";
import {
  checkLiveOptions,
  type ClientOptions,
  givenOptions,
  type LiveOptions,
  type Settings,
  settingsOf,
} from "./options.ts";
import { type Address, parseAddress } from "../placement/address.ts";
import { authenticateWith } from "./authentication.ts";
import { dialler } from "./platform.ts";
import { Breather } from "./yielding.ts";
import { Call, type FailureSink } from "./call.ts";
import type { CallChecks, CallOptions } from "./call_options.ts";
import { Gather } from "./fan_out.ts";
import { Readers } from "./item_decoders.ts";

/** The inside of a client. */
export class ClientCore implements FailureSink {
  readonly settings: Settings;
  readonly cluster: Cluster;
  /** The server strings that the client was made with, or that it moved to last. */
  servers: readonly string[];
  lastError: MemcachedError | undefined;
  readonly readers: Readers;
  readonly #prefix: string;
  readonly #sweeper: Sweeper;
  readonly #breather: Breather;
  readonly #target: EventTarget;
  /** Calls under way that end by their own limits, and who is to be told when there are none. */
  #open = 0;
  #nobodyCalls: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(servers: string | readonly string[], options: ClientOptions, target: EventTarget) {
    this.servers = serverStrings(servers);
    const settings = this.settings = settingsOf(options);
    this.readers = new Readers(settings);
    this.#target = target;
    this.#prefix = wirePrefix(settings.prefix);
    this.#breather = new Breather(settings.clock);
    this.#sweeper = new Sweeper(settings.clock, () => sweepPeriod(settings));
    this.cluster = new Cluster(this.#addressesOf(this.servers), {
      clock: settings.clock,
      connect: dialler(options),
      prepare: options.auth && authenticateWith(credentialsOf(options.auth)),
      settings,
      sweeper: this.#sweeper,
      onChange: (change, server, error) =>
        target.dispatchEvent(new ServerEvent(change, { server, error })),
    });
  }

  /** The bytes sent for a key, as a string with one char for each. */
  key(key: string): string {
    return wireKey(key, this.#prefix);
  }

  /** The same for many keys: the list that is given, where all of them are their own wire keys. */
  keys(keys: readonly string[]): readonly string[] {
    let wireKeys: string[] | undefined;
    for (let i = 0; i < keys.length; i++) {
      const wire = wireKey(keys[i], this.#prefix);
      if (wireKeys !== undefined) wireKeys.push(wire);
      else if (wire !== keys[i]) wireKeys = [...keys.slice(0, i), wire];
    }
    return wireKeys ?? keys;
  }

  /**
   * The same for any number of keys: many of them are taken a part at a time, and the program may do other things in
   * between. No key is sent before all have been checked.
   */
  keysInTurns(
    keys: readonly string[],
    call: { readonly settled: boolean; refuse(reason: unknown): void },
    then: (wireKeys: readonly string[]) => void,
  ): void {
    if (keys.length <= KEYS_A_TURN) return then(this.keys(keys));
    const parts: (readonly string[])[] = [];
    const turn = (start: number) => {
      if (call.settled) return;
      try {
        if (start >= keys.length) return then(parts.flat());
        parts.push(this.keys(keys.slice(start, start + KEYS_A_TURN)));
        this.settings.clock.after(0, () => turn(start + KEYS_A_TURN));
      } catch (error) {
        call.refuse(error);
      }
    };
    turn(0);
  }

  /** Begins a call. What `begin` throws is the caller's doing, and rejects. */
  call<T>(
    miss: T,
    options: CallOptions | undefined,
    begin: (call: Call<T>) => void,
    allowed?: CallChecks,
  ): Promise<T> {
    return this.start(new Call<T>(this, miss, this.terms(), options, allowed), begin);
  }

  /**
   * Begins a call that has been made.
   *
   * @param isBounded It ends by the limits of its commands, so that closing may wait for it.
   */
  start<T, C extends Call<T>>(call: C, begin: (call: C) => void, isBounded = true): Promise<T> {
    try {
      if (this.#closing !== undefined) throw new ClosedError("Cannot use client as it is closed");
      if (!call.settled) {
        if (isBounded) {
          this.#open++;
          call.onSettled = this.#callEnded;
        }
        begin(call);
      }
    } catch (error) {
      call.refuse(error);
    }
    return call.settled ? this.#passedOn(call.promise) : call.promise;
  }

  /** What has settled at once, now or, after very many of them, when the program has come to rest. */
  #passedOn<T>(settled: Promise<T>): Promise<T> {
    const rest = this.#breather.breathe();
    if (rest === undefined) return settled;
    // Handled from now on, though it is looked at later.
    settled.catch(() => {});
    return rest.then(() => settled);
  }

  /**
   * Runs a call of several steps, each of which rejects on failure: a failure is told once, and is `miss` unless strict.
   * It takes as long as its caller's stream does; closing waits for the step under way.
   */
  steps<T>(
    miss: T,
    options: CallOptions | undefined,
    run: () => Promise<T>,
    allowed?: CallChecks,
  ): Promise<T> {
    return this.start(new Call<T>(this, miss, this.terms(), options, allowed), (call) => {
      run().then(
        (value) => call.resolve(value),
        (error) => error instanceof MemcachedError ? call.reject(error) : call.refuse(error),
      );
    }, false);
  }

  /** How a call that begins now fails, and when. */
  terms(): { strict: boolean; deadline: number } {
    const { clock, timeout, strict } = this.settings;
    return { strict, deadline: timeout === 0 ? Infinity : clock.now() + timeout };
  }

  /** Sends a call's command to the server of its key. */
  send(call: { deadline: number }, key: string, command: Command): void {
    command.deadline = call.deadline;
    this.cluster.submit(key, command);
  }

  /** Sends commands for many keys, grouped by server. Keys without a server are `orphaned`. */
  sendGroups<P, R>(
    wireKeys: readonly string[],
    gather: Gather<P, R>,
    commandsFor: (group: KeyGroup) => Iterable<Command>,
    orphaned: (places: readonly number[]) => void = () => {},
  ): void {
    const { deadline } = gather;
    this.cluster.assign(wireKeys, deadline, ({ groups, orphans }) => {
      if (!gather.settled) {
        for (const { server, group } of groups) {
          for (const command of commandsFor(group)) {
            command.deadline = deadline;
            gather.begin();
            server.submit(command);
          }
        }
        for (const { owner, places, dialError } of orphans) {
          gather.note(
            dialError === undefined
              ? owner.deadError(gather.what)
              : errorFor(dialError, gather.what),
          );
          orphaned(places);
        }
      }
      gather.begun();
    });
  }

  /** Sends a command to every server, and gives the result of what those that answered said, by display name. */
  broadcast<T, R>(
    what: string,
    commandFor: (outcome: Outcome<T>) => Command,
    options: CallOptions | undefined,
    resultOf: (answers: Map<string, T>) => R,
    allowed?: CallChecks,
  ): Promise<R> {
    return this.call(resultOf(new Map()), options, (call) => {
      const gather = new AnswerGather<T, R>(call, this, what, resultOf);
      for (const server of this.cluster.servers) {
        const command = commandFor(gather.from(server));
        command.deadline = call.deadline;
        gather.begin();
        this.cluster.submitTo(server, command);
      }
      gather.begun();
    }, allowed);
  }

  failed(error: MemcachedError): void {
    this.lastError = error;
    const server = this.cluster.servers.find((server) => server.name === error.server);
    if (server !== undefined) server.counters.failures++;
    this.#target.dispatchEvent(new ServerEvent("failure", { server: error.server, error }));
  }

  /** Changes what can be changed while the client lives. */
  config(options: LiveOptions): void {
    checkLiveOptions(options);
    Object.assign(this.settings, givenOptions(options));
  }

  /** Moves servers to other addresses, by libmc's rules; the ring stays. Returns false if they forbid it. */
  updateServers(servers: readonly string[]): boolean {
    const strings = serverStrings(servers);
    const moved = this.cluster.move(this.#addressesOf(strings));
    if (moved) this.servers = strings;
    return moved;
  }

  /** Closes for good once all calls on the way have settled; the second call waits for the first. */
  close(): Promise<void> {
    return this.#closing ??= this.#end();
  }

  /** Lets the calls under way finish, with all their steps, unless a dial that they may wait for has no bound. */
  async #end(): Promise<void> {
    const { connectTimeout, timeout } = this.settings;
    if (this.#open > 0 && (connectTimeout > 0 || timeout > 0)) {
      await new Promise<void>((resolve) => this.#nobodyCalls = resolve);
    }
    await this.cluster.close();
    this.#sweeper.close();
  }

  readonly #callEnded = (): void => {
    if (--this.#open === 0) this.#nobodyCalls?.();
  };

  #addressesOf(servers: readonly string[]): Address[] {
    const addresses = servers.map(parseAddress);
    const local = addresses.find(({ path }) => path !== undefined);
    if (!this.settings.tls || local === undefined) return addresses;
    throw new TypeError(
      `Cannot use server ${JSON.stringify(local.path)} with option "tls" as it is a Unix socket`,
    );
  }
}

/** Joins the answers of all servers, by display name. */
class AnswerGather<T, R> extends Gather<[Server, T], R> {
  readonly #answers = new Map<string, T>();
  readonly #resultOf: (answers: Map<string, T>) => R;

  constructor(
    call: Call<R>,
    sink: FailureSink,
    what: string,
    resultOf: (answers: Map<string, T>) => R,
  ) {
    super(call, sink, what);
    this.#resultOf = resultOf;
  }

  /** Where one server's answer goes. */
  from(server: Server): Outcome<T> {
    const isSettled = () => this.settled;
    return {
      get settled() {
        return isSettled();
      },
      resolve: (answer) => this.resolve([server, answer]),
      reject: (error) => this.reject(error),
    };
  }

  protected override take([server, answer]: [Server, T]): void {
    this.#answers.set(server.name, answer);
  }

  protected override finish(): R {
    return this.#resultOf(this.#answers);
  }
}

/** Keys that are checked at once: 2 to 4 ms. */
const KEYS_A_TURN = 100_000;

/** A copy by name: what was checked may be a getter of a class. */
function credentialsOf({ username, password }: Credentials): Credentials {
  return { username, password };
}

/** How late a deadline may be noticed: a tenth of the shorter one, from 5 to 50 milliseconds. */
function sweepPeriod({ pollTimeout, timeout }: Settings): number {
  const shorter = Math.min(pollTimeout || Infinity, timeout || Infinity);
  return Math.min(50, Math.max(5, shorter / 10));
}

function serverStrings(servers: string | readonly string[]): readonly string[] {
  if (typeof servers !== "string" && !Array.isArray(servers)) {
    throw new TypeError(
      `Cannot use servers that are neither a string nor an array: current type is ${typeof servers}`,
    );
  }
  const list = typeof servers === "string" ? [servers] : Array.from(servers);
  if (list.length === 0) throw new RangeError("Cannot use an empty list of servers");
  return list;
}
