/**
 * Chooses for each key how its callers agree who loads the value: by a lease of its server, or by a lock beside the value
 * if that server, or a proxy before it, speaks no meta commands, or if the codec would give a lease's placeholder as a
 * value.
 */

import { knowsPlaceholders } from "../../codec/placeholder.ts";
import type { Engine } from "../../engine/engine.ts";
import { type MemcachedError, UnsupportedError } from "../../errors.ts";
import { isSound } from "../../thrown.ts";
import type { AnsweredCall, Claims, Found, Hold } from "./claims.ts";
import { Leases } from "./lease.ts";
import { DEFAULT_LEASE, type Plan } from "./options.ts";
import { Siblings } from "./sibling.ts";

/** The claims of a client. */
export class ChosenClaims implements Claims {
  readonly #engine: Engine;
  readonly #leases: Leases;
  readonly #siblings: Siblings;
  readonly #knowsPlaceholders: boolean;

  constructor(engine: Engine) {
    const { codec, inflateBudget } = engine.settings;
    this.#engine = engine;
    this.#leases = new Leases(engine);
    this.#siblings = new Siblings(engine);
    this.#knowsPlaceholders = knowsPlaceholders(codec, inflateBudget);
    this.#noteLock(DEFAULT_LEASE);
  }

  ask<T>(key: string, plan: Plan<T>, call: AnsweredCall<T>): Claims | undefined {
    const { cluster, copy } = this.#engine;
    const owner = cluster.ownerOf(key, copy);
    const hasMeta = !owner.knowsMeta || owner.meta.speaksMeta;
    const claims = hasMeta && this.#mayLease(plan) ? this.#leases : this.#siblings;
    return claims.ask(key, plan, call);
  }

  find<T>(key: string, plan: Plan<T>): Promise<Found<T>> {
    return this.#by(plan, (claims) => claims.find(key, plan));
  }

  async findMany<T>(
    keys: readonly string[],
    plan: Plan<T>,
  ): Promise<readonly (Found<T> | MemcachedError | undefined)[]> {
    return this.#mayLease(plan) ? await this.#leases.findMany(keys, plan) : [];
  }

  look(key: string, plan: Plan<never>): Promise<Hold> {
    return this.#by(plan, (claims) => claims.look(key, plan));
  }

  /** Without a lease there is no placeholder. */
  #mayLease({ lease }: Plan<never>): boolean {
    if (this.#knowsPlaceholders || lease === undefined) return true;
    this.#noteLock(lease);
    return false;
  }

  /** Has what this client deletes end such locks. */
  #noteLock(lease: number): void {
    if (this.#knowsPlaceholders || lease <= this.#engine.longestLock) return;
    this.#engine.longestLock = lease;
  }

  async #by<R>(plan: Plan<never>, ask: (claims: Claims) => Promise<R>): Promise<R> {
    if (!this.#mayLease(plan)) return await ask(this.#siblings);
    try {
      return await ask(this.#leases);
    } catch (error) {
      if (!isSound(error, UnsupportedError)) throw error;
      return await ask(this.#siblings);
    }
  }
}
