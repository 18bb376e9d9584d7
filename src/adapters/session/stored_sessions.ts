/** Sessions as items, whatever the middleware. */

import type { Client, Namespace } from "../../../mod.ts";
import { type Checks, integerFrom, objectOf, readOptions } from "../../checks/check.ts";
import { adapterKey } from "../adapter_key.ts";
import { exptimeFor } from "../exptime.ts";
import { aKeyPrefix } from "../key_prefix.ts";
import { keyRoom } from "../key_room.ts";
import { OWN_VALUES } from "../own_values.ts";
import { merged } from "./merge.ts";

/**
 * Options of the stores for sessions.
 *
 * @example Sessions that last a week
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { HonoSessionStore, type SessionStoreOptions } from "@libmc/libmc/session";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: SessionStoreOptions = { client, prefix: "shop:session:", ttl: 7 * 86_400 };
 * const session = { _data: {}, _expire: null, _delete: false, _accessed: null };
 * await new HonoSessionStore(options).createSession("id", session);
 * assertEquals((await client.meta.get("shop:session:id", { ttl: true }))?.ttl, 604_800);
 * ```
 */
export interface SessionStoreOptions {
  /** Where the sessions are kept. With a namespace all of them can be ended by its `clear()`. */
  client: Client | Namespace;
  /** What the keys begin with. @default {"session:"} */
  prefix?: string;
  /** Seconds that a session lasts which does not say it itself, at least 1. @default {86_400} */
  ttl?: number;
}

/** A session as JSON has it. */
export type SessionRecord = Record<string, unknown>;

/** Every call is strict: a session that cannot be read is not one that is not there, and who has it must not lose it. */
const STRICT = { strict: true } as const;
const READ = { ...OWN_VALUES, ...STRICT } as const;

/** The sessions of a store. */
export class StoredSessions {
  readonly #client: Client | Namespace;
  readonly #prefix: string;
  readonly #keyRoom: number;
  readonly #ttl: number;
  /** What was read, as it was then, by the objects that were made of it. */
  readonly #bases = new WeakMap<object, SessionRecord>();

  constructor(owner: string, options: SessionStoreOptions) {
    const { client, prefix = "session:", ttl = 86_400 } = readOptions(owner, options, OPTIONS, [
      "client",
    ]);
    this.#client = client;
    this.#prefix = prefix;
    this.#keyRoom = keyRoom(client);
    this.#ttl = ttl;
  }

  /** Reads a session; gives `undefined` if there is none. */
  async read(id: string): Promise<SessionRecord | undefined> {
    // A client that keeps values near does not do so for gets(): one that was ended elsewhere must have ended here.
    const session = (await this.#client.gets<unknown>(this.#key(id), READ))?.value;
    if (!isRecord(session)) return undefined;
    this.#bases.set(session, plain(session));
    return session;
  }

  /** True for an object that was read or created here. */
  knows(session: object): boolean {
    return this.#bases.has(session);
  }

  /** Says that a session goes on as another object. */
  becomes(session: object, other: object): void {
    const base = this.#bases.get(session);
    if (base !== undefined) this.#bases.set(other, base);
  }

  /** Stores a session that is new. */
  async create(id: string, session: object, seconds?: number): Promise<void> {
    const record = plain(session);
    await this.#client.set(this.#key(id), record, { ...this.#lasting(seconds), ...STRICT });
    this.#bases.set(session, record);
  }

  /**
   * Stores what has changed in a session since it was read. One that is gone stays gone.
   *
   * @param base What it was when it was read, for an object that nobody has read or created here.
   * @throws {Error} If others have changed it again and again meanwhile.
   */
  async save(
    id: string,
    session: object,
    seconds?: number,
    base: SessionRecord | undefined = this.#bases.get(session),
  ): Promise<void> {
    if (base === undefined) return await this.create(id, session, seconds);
    const mine = plain(session);
    let isThere = true;
    const change = (stored: unknown) => {
      isThere = isRecord(stored);
      return isRecord(stored) ? merged(base, mine, stored) : undefined;
    };
    const options = { ...this.#lasting(seconds), ...READ };
    const stored = await this.#client.update<unknown>(this.#key(id), change, options);
    if (stored !== undefined) this.#bases.set(session, mine);
    else if (isThere) throw new Error("Cannot save the session as others have kept changing it");
  }

  /** Lets a session last on. */
  async touch(id: string, seconds?: number): Promise<void> {
    await this.#client.touch(this.#key(id), this.#lasting(seconds).exptime, STRICT);
  }

  /** Ends a session. */
  async delete(id: string): Promise<void> {
    await this.#client.delete(this.#key(id), STRICT);
  }

  #key(id: string): string {
    return adapterKey(this.#prefix, id, this.#keyRoom);
  }

  #lasting(seconds: number = this.#ttl) {
    // One that is over already lasts no longer than it takes to say so.
    return { exptime: exptimeFor(Math.max(1, seconds)) };
  }
}

const OPTIONS: Checks<SessionStoreOptions> = {
  client: objectOf,
  prefix: aKeyPrefix,
  ttl: integerFrom(1, Number.MAX_SAFE_INTEGER),
};

/** What JSON makes of a session: its cookie, for one, is an object of a class. */
function plain(session: object): SessionRecord {
  return JSON.parse(JSON.stringify(session));
}

function isRecord(value: unknown): value is SessionRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    !(value instanceof Uint8Array);
}
