/**
 * What `getOrSet()` asks of memcached, each a command of its own that rejects on failure: read the item and perhaps win its
 * lease, store by the cas of what was read, give the lease back.
 *
 * A lease is the server's: `N` makes a placeholder on a miss, `R` lets one caller win an item whose time is nearly over.
 * What was stored, deleted or marked meanwhile has another cas, so that a late value is never stored over it.
 */

import { wireExptime } from "../../checks/arguments.ts";
import { metaDelete } from "../../commands/meta/delete.ts";
import { metaGet, type MetaItem } from "../../commands/meta/get.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import { metaSet } from "../../commands/meta/set.ts";
import type { Encoded } from "../../codec/codec.ts";
import type { ItemDecoder } from "../../commands/item_decoder.ts";
import { Call, type CallOwner } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { sendMeta } from "../../engine/meta_sending.ts";
import { missing, verb } from "../../engine/verb.ts";
import { MetaGetCall } from "../meta/get.ts";
import type { Plan } from "./options.ts";

/** The leases of one client. They also work while the client waits for its last calls. */
export class Leases {
  readonly #engine: Engine;
  readonly #owner: CallOwner;
  /** The kinds of reads, by what they ask for: a program uses a few. */
  readonly #reads = new Map<string, MetaKind<MetaItem>>();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#owner = { strict: true, deadline: () => engine.deadline(), failed: () => {} };
  }

  /** Reads an item with its value. On a miss, and in its last seconds, one caller wins its lease. */
  read<T>(key: string, { window, lease }: Plan<T>): Promise<MetaItem<T> | undefined> {
    const kind = this.#readKind(true, lease === undefined ? 0 : window, lease, window > 0);
    return this.#ask(key, kind as MetaKind<MetaItem<T>>);
  }

  /** Reads only the cas of an item. On a miss one caller wins its lease. */
  look<T>(key: string, { lease }: Plan<T>): Promise<MetaItem<T> | undefined> {
    return this.#ask(key, this.#readKind(false, 0, lease, false) as MetaKind<MetaItem<T>>);
  }

  /**
   * Stores an item.
   *
   * @param cas That of the item when it was read; `undefined` if there was none: then there must still be none.
   */
  async store(
    key: string,
    item: Encoded,
    seconds: number,
    cas: bigint | undefined,
  ): Promise<void> {
    const flags = { T: exptimeOf(seconds), C: cas, M: cas === undefined ? "E" : undefined };
    const asked = { cas: false, size: false, isQuiet: false };
    await this.#change(key, metaSet(asked, flags, { needs: undefined, mayRepeat: false }), item);
  }

  /** Deletes a placeholder, unless it has changed. */
  async release(key: string, cas: bigint): Promise<void> {
    await this.#change(key, metaDelete({ C: cas }, ONCE));
  }

  /** Lets the next reader of an item win its lease, unless it has changed. */
  async rearm(key: string, cas: bigint): Promise<void> {
    await this.#change(key, metaDelete({ C: cas, I: true }, ONCE));
  }

  #ask<T>(key: string, kind: MetaKind<MetaItem<T>>): Promise<MetaItem<T> | undefined> {
    const engine = this.#engine;
    const call = new MetaGetCall<T>(engine, undefined, this.#owner);
    call.wireKey = key;
    sendMeta(engine, call, key, new MetaCommand(kind, key, engine.opaques.next(), call));
    return call.promise;
  }

  #change<R>(key: string, kind: MetaKind<R>, item?: Encoded): Promise<R | undefined> {
    const engine = this.#engine;
    const call = new Call<R | undefined>(this.#owner, CHANGE, undefined);
    sendMeta(engine, call, key, new MetaCommand(kind, key, engine.opaques.next(), call, item));
    return call.promise;
  }

  #readKind(
    value: boolean,
    recache: number,
    lease: number | undefined,
    ttl: boolean,
  ): MetaKind<MetaItem> {
    const name = `${value} ${recache} ${lease} ${ttl}`;
    let kind = this.#reads.get(name);
    if (kind !== undefined) return kind;
    kind = metaGet(
      this.#engine.decoders.value() as ItemDecoder<unknown>,
      { value, cas: true, ttl, size: false, hit: false, lastAccess: false, unchanged: false },
      { R: recache === 0 ? undefined : recache, N: lease },
      { needs: undefined, mayRepeat: lease === undefined },
    );
    if (this.#reads.size < MOST_KINDS) this.#reads.set(name, kind);
    return kind;
  }
}

/** Gives the seconds as they are sent: as a date where the server would take the number for one. */
function exptimeOf(seconds: number): number {
  return seconds <= THIRTY_DAYS ? seconds : wireExptime(new Date(Date.now() + seconds * 1000));
}

const THIRTY_DAYS = 2_592_000;
const MOST_KINDS = 100;
const ONCE = { isQuiet: false, needs: undefined, mayRepeat: false };
const CHANGE = verb("getOrSet", missing);
