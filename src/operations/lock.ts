/**
 * A lock is an item that its holder has added, with an id of its own. The item's cas is the token. `add` and `gets` go
 * out together, so it takes one trip, and the id shows whose item the cas is of. To release it, the holder stores over
 * its item, by that cas, one that is gone at once: classic memcached has no delete by cas. So a lock works on every
 * server and through proxies.
 */

import { GONE_AT_ONCE } from "../checks/arguments.ts";
import { wrongType } from "../checks/check.ts";
import { GetCommand } from "../commands/get.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import { StorageCommand } from "../commands/storage.ts";
import type { Call } from "../engine/call.ts";
import {
  CALL_OPTIONS,
  type CallChecks,
  type CallOptions,
  KEY_OPTIONS,
  type KeyOptions,
} from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { lifeOf } from "../engine/life.ts";
import { missing, notDone, verb } from "../engine/verb.ts";
import { inPart } from "../error_copy.ts";
import { ClosedError } from "../errors.ts";
import { isSound } from "../thrown.ts";
import { A_WINDOW } from "./meta/options.ts";
import { Told } from "./told.ts";

/**
 * Options of `lock()`.
 *
 * @example A lock that ends by itself after half a minute
 * ```ts
 * import { Client, type LockOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: LockOptions = { ttl: 30 };
 * assert(await client.lock("job", options) !== undefined);
 * assertEquals(await client.lock("job", options), undefined);
 * server.advance(30);
 * assert(await client.lock("job", options) !== undefined);
 * ```
 */
export interface LockOptions extends KeyOptions {
  /** Seconds until the lock ends by itself, 1 to 2,592,000. */
  ttl: number;
}

/**
 * A lock that `client.lock()` has given. It ends when it is released, and after its `ttl` in any case.
 *
 * @example A resource that refuses a holder whose time is over
 * ```ts
 * import { Client, type Lock } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * let newest = 0n;
 * function write({ token }: Lock): boolean {
 *   if (token < newest) return false;
 *   newest = token;
 *   return true;
 * }
 * const slow = await client.lock("file", { ttl: 10 });
 * server.advance(10);
 * const next = await client.lock("file", { ttl: 10 });
 * assert(slow !== undefined && next !== undefined);
 * assertEquals([write(next), write(slow)], [true, false]);
 * assertEquals([await slow.release(), await next.release()], [false, true]);
 * ```
 */
export class Lock implements AsyncDisposable {
  /** The key. */
  readonly key: string;
  /**
   * The fencing token: a later holder has a greater one. A resource that remembers the greatest can refuse what comes from
   * a holder whose time is over. The numbers are the server's, and begin anew when it restarts.
   */
  readonly token: bigint;
  readonly #engine: Engine;
  readonly #life: number | undefined;
  readonly #id: string;
  /** What is on other servers, and ends with this lock. */
  readonly #beside: Beside | undefined;
  #isReleased = false;

  /** Made by the client. */
  constructor(
    engine: Engine,
    key: string,
    { id, cas }: Holding,
    life: number | undefined,
    beside: Beside | undefined,
  ) {
    this.#engine = engine;
    this.#life = life;
    this.key = key;
    this.token = cas;
    this.#id = id;
    this.#beside = beside;
  }

  /**
   * Ends the lock, if it is still this one.
   *
   * @returns `true` if it was held until now; `false` if its time was over, or somebody else has changed its item.
   * @throws {TypeError} If an option cannot be used.
   * @throws {MemcachedError} If the call fails and `strict` is set. The lock then ends with its `ttl`.
   *
   * @example Release it at the end of the work
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const lock = await client.lock("job", { ttl: 30 });
   * assertEquals(await lock?.release(), true);
   * assertEquals(await lock?.release(), false);
   * ```
   */
  async release(options?: CallOptions): Promise<boolean> {
    const beside = this.#beside;
    if (beside === undefined) return await this.#release(options);
    // Its client, too, may be told to close meanwhile.
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    if (!beside.engine.isClosing) beside.engine.holdOpen(over);
    try {
      const [released] = await Promise.allSettled([this.#release(options)]);
      let besideReleased: Promise<boolean> | undefined;
      // Whatever became of the first one: its client may be closed, and the other one's live on.
      beside.engine.resume(() => besideReleased = beside.release(options));
      const isReleased = await besideReleased === true;
      if (released.status === "rejected") throw released.reason;
      return isReleased && released.value;
    } finally {
      end();
    }
  }

  #release(options: CallOptions | undefined): Promise<boolean> {
    const engine = this.#engine;
    return engine.call<boolean>(VERBS.release, options, (call) => {
      const wireKey = engine.keys.one(this.key);
      engine.began(call, this.key, wireKey, wireKey);
      this.#isReleased = true;
      if (this.#life === lifeOf(engine, wireKey)) this.#end(call, wireKey, this.#life);
      else this.#lookAndEnd(call, wireKey);
    });
  }

  /** Ends the lock in the life of its server in which it was seen. */
  #end(call: Call<boolean>, wireKey: string, life: number | undefined): void {
    const ended = new Told<boolean>(call, (isEnded) => {
      if (isEnded || life === lifeOf(this.#engine, wireKey)) call.resolve(isEnded);
      else this.#lookAndEnd(call, wireKey);
    });
    const wire = { exptime: GONE_AT_ONCE, noreply: false, cas: this.token, life };
    this.#engine.send(call, wireKey, new StorageCommand("cas", wireKey, NOTHING, wire, ended));
  }

  /** After a lost connection its cas may be that of another holder, if the server has begun anew: who holds it is read. */
  #lookAndEnd(call: Call<boolean>, wireKey: string): void {
    const life = lifeOf(this.#engine, wireKey);
    const seen = new Told<Holding | undefined>(call, (holding) => {
      const isOurs = holding?.id === this.#id && holding.cas === this.token;
      if (isOurs) this.#end(call, wireKey, life);
      else call.resolve(false);
    });
    this.#engine.send(call, wireKey, new GetCommand(wireKey, HOLDING, seen, { name: "gets" }));
  }

  /**
   * Releases the lock at the end of a block with `await using`, unless it has been released. It does not throw if the
   * server fails, or the client is closed: the lock then ends with its `ttl`.
   *
   * @example A job that one worker does
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * {
   *   await using lock = await client.lock("job", { ttl: 30 });
   *   assertEquals(lock !== undefined, true);
   * }
   * assertEquals(await client.get("job"), undefined);
   * ```
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isReleased) return;
    try {
      await this.release({ strict: false });
    } catch (error) {
      if (!isSound(error, ClosedError)) throw error;
    }
  }
}

/**
 * Takes a lock.
 *
 * @param besideOf Gives what ends with the lock, which has this id.
 */
export function lock(
  engine: Engine,
  key: string,
  options: LockOptions,
  besideOf: (id: string) => Beside | undefined = () => undefined,
): Promise<Lock | undefined> {
  return engine.call<Lock | undefined>(VERBS.lock, options, (call) => {
    const ttl = options?.ttl;
    if (ttl === undefined) throw wrongType('option "ttl"', "a number of seconds", ttl);
    const wireKey = engine.keys.one(key);
    engine.began(call, key, wireKey, wireKey);
    take(engine, call, { key, wireKey, ttl, besideOf });
  });
}

/** Something on other servers that ends with a lock. */
export interface Beside {
  /** Of those servers. */
  readonly engine: Engine;
  /** Gives true if it was there until now, or need not be. */
  release(options?: CallOptions): Promise<boolean>;
}

/** Takes a lock on two clusters, the first one first. It is held if it is held on both, and has the second one's token. */
export async function lockBoth(
  [first, second]: readonly [Engine, Engine],
  key: string,
  options: LockOptions,
): Promise<Lock | undefined> {
  const deadline = second.deadline();
  const beside = await lock(first, key, options);
  if (beside === undefined) return undefined;
  let taken: Lock | undefined;
  try {
    return taken = await second.deadlines.within(
      deadline,
      () =>
        lock(second, key, options, () => ({
          engine: first,
          release: (options) => beside.release(options),
        })),
    );
  } finally {
    // The call ends by its deadline, and does not wait for this.
    if (taken === undefined) beside.release({ strict: false }).catch(() => {});
  }
}

/**
 * Takes a lock on one cluster, from which another one may carry its item over: whoever reads the key of the lock there has
 * it carried. The copy, and a placeholder for it, end with the lock, or nobody could take it there until its `ttl` is over.
 */
export function lockOnFirst(
  [first, second]: readonly [Engine, Engine],
  key: string,
  options: LockOptions,
): Promise<Lock | undefined> {
  return lock(first, key, options, (id) => ({
    engine: second,
    async release() {
      await second.call<boolean>(VERBS.release, { strict: false }, (call) => {
        const wireKey = second.keys.one(key);
        const seen = new Told<Holding | undefined>(call, (holding) => {
          if (holding === undefined || ![id, ""].includes(holding.id)) return call.resolve(true);
          const wire = { exptime: GONE_AT_ONCE, noreply: false, cas: holding.cas };
          second.send(call, wireKey, new StorageCommand("cas", wireKey, NOTHING, wire, call));
        });
        second.send(call, wireKey, new GetCommand(wireKey, HOLDING, seen, { name: "gets" }));
      });
      return true;
    },
  }));
}

function take(
  engine: Engine,
  call: Call<Lock | undefined>,
  { key, wireKey, ttl, besideOf }: {
    readonly key: string;
    readonly wireKey: string;
    readonly ttl: number;
    readonly besideOf: (id: string) => Beside | undefined;
  },
): void {
  const id = crypto.randomUUID();
  const life = lifeOf(engine, wireKey);
  let isAdded: boolean | undefined;
  const added = new Told<boolean>(call, (stored) => isAdded = stored);
  const seen = new Told<Holding | undefined>(call, (holding) => {
    const isOurs = isAdded === true && holding?.id === id;
    call.resolve(isOurs ? new Lock(engine, key, holding, life, besideOf(id)) : undefined);
  }, (error) => call.reject(isAdded === false ? error : inPart(error)));
  const item = { data: id, flags: 0 };
  const options = { exptime: ttl, noreply: false };
  engine.send(call, wireKey, new Claim("add", wireKey, item, options, added));
  engine.send(call, wireKey, new GetCommand(wireKey, HOLDING, seen, { name: "gets" }));
}

/** Lasts as long as its holder was told, also on a server that stands in: nothing of it gets out of date. */
class Claim extends StorageCommand {
  override capExptime(): void {}
}

/** Who holds a lock. */
interface Holding {
  readonly id: string;
  readonly cas: bigint;
}

const HOLDING: ItemDecoder<Holding> = {
  decode(item) {
    const cas = item.cas();
    return { id: new TextDecoder().decode(item.copyData()), cas };
  },
};

const NOTHING = { data: "", flags: 0 };
const LOCK_OPTIONS: CallChecks = { ...KEY_OPTIONS, ttl: A_WINDOW };

const VERBS = {
  lock: verb("lock", missing, LOCK_OPTIONS),
  release: verb("lock.release", notDone, CALL_OPTIONS),
};
