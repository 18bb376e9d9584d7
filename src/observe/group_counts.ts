/** Counts keys by the group that a function of the program gives them: the option `group`. */

import { quietly, textOf } from "../thrown.ts";
import type { ResultKind } from "./verb_counts.ts";

/**
 * Counts of the keys of one group: {@linkcode Client.counters} with `"groups"`.
 *
 * @example Which kind of key misses
 * ```ts
 * import { Client, type GroupCounters } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { group: (key) => key.split(":")[0] });
 *
 * await client.set("user:1", "Ada");
 * await client.getMulti(["user:1", "user:2", "page:1"]);
 * const user: GroupCounters | undefined = client.counters("groups").get("user");
 * assertEquals(user, { calls: 3, hits: 1, misses: 1, bytesRead: 3, bytesWritten: 3 });
 * ```
 */
export interface GroupCounters {
  /** Keys of calls that have ended: a call for ten keys of the group counts ten times. */
  readonly calls: number;
  /** Keys for which a retrieval gave a value. */
  readonly hits: number;
  /** Those for which it gave none, and did not fail. */
  readonly misses: number;
  /** Bytes of the items that were read, as they are stored; not those that meta commands read. */
  readonly bytesRead: number;
  /** Bytes of the items that were to be stored: of texts, their characters. */
  readonly bytesWritten: number;
}

type Row = { -readonly [K in keyof GroupCounters]: number };

/** The counts of the groups of one client. */
export class GroupCounts {
  readonly #groupOf: (key: string) => unknown;
  readonly #warns: boolean;
  readonly #rows = new Map<string, Row>();
  readonly #told = new Set<string>();

  constructor(groupOf: (key: string) => unknown, warns: boolean) {
    this.#groupOf = groupOf;
    this.#warns = warns;
  }

  /** Counts the keys of a call that is over. `isWhole`: it did not fail. */
  ended(
    keys: string | readonly string[],
    gives: ResultKind,
    value: unknown,
    isWhole: boolean,
  ): void {
    if (typeof keys === "string") {
      const row = this.#rowOf(keys);
      row.calls++;
      if (gives === "value") count(row, value !== undefined, isWhole);
      return;
    }
    for (let i = 0; i < keys.length; i++) {
      const row = this.#rowOf(keys[i]);
      row.calls++;
      if (gives === "map" && value instanceof Map) count(row, value.has(keys[i]), isWhole);
      if (gives === "list" && Array.isArray(value)) count(row, value[i] !== undefined, isWhole);
    }
  }

  read(key: string, bytes: number): void {
    this.#rowOf(key).bytesRead += bytes;
  }

  written(key: string, bytes: number): void {
    this.#rowOf(key).bytesWritten += bytes;
  }

  /** Gives what there is at this moment. */
  snapshot(): Map<string, GroupCounters> {
    return new Map(Array.from(this.#rows, ([name, row]) => [name, { ...row }]));
  }

  #rowOf(key: string): Row {
    let name: unknown;
    try {
      name = this.#groupOf(key);
    } catch (error) {
      return this.#other("throws", `threw: ${textOf(error)}`);
    }
    if (typeof name !== "string") return this.#other("type", `gave a value of type ${typeof name}`);
    if (name.length > MOST_CHARACTERS) {
      return this.#other("length", `gave a name of more than ${MOST_CHARACTERS} characters`);
    }
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    if (this.#rows.size < MOST_GROUPS) return this.#newRow(name);
    return this.#other("groups", `has given ${MOST_GROUPS} names`);
  }

  /** Counts what has no group of its own, and says why, each reason once. */
  #other(reason: string, what: string): Row {
    this.#tell(reason, what);
    return this.#rows.get(OTHER) ?? this.#newRow(OTHER);
  }

  #newRow(name: string): Row {
    const row: Row = { calls: 0, hits: 0, misses: 0, bytesRead: 0, bytesWritten: 0 };
    this.#rows.set(name, row);
    return row;
  }

  #tell(reason: string, what: string): void {
    if (!this.#warns || this.#told.has(reason)) return;
    this.#told.add(reason);
    quietly(() =>
      console.warn(`libmc: the option "group" ${what}, so such keys count as "${OTHER}". ${ONCE}`)
    );
  }
}

function count(row: Row, isHit: boolean, isWhole: boolean): void {
  if (isHit) row.hits++;
  else if (isWhole) row.misses++;
}

/** So many groups have counts of their own. */
const MOST_GROUPS = 1000;
/** Of so many characters a name may be: of no more a key is, unless the program allows long ones. */
const MOST_CHARACTERS = 250;
/** Where all others are counted. */
const OTHER = "other";
const ONCE = 'This is said once; set the option "warn" to false to hear nothing.';
