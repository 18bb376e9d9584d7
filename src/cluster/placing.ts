/**
 * Places the keys of a call whose servers are not all connected. Servers that must be dialled are dialled at the same time,
 * and the keys of each are placed as soon as it is connected. Those whose server cannot be dialled are placed anew at
 * once, as a later call for one of them would be; if many servers are dialled, when all dials have ended.
 */

import type { KeyGroup } from "../commands/key_group.ts";
import type { MemcachedError } from "../errors.ts";
import { type Assignment, Failed, positionsOf } from "./choice.ts";
import type { Server } from "./server.ts";
import { unplacedError } from "./server_errors.ts";

/** What it takes to place the keys of one call. */
export interface PlacingSteps {
  /** Groups keys by the server that each would go to now. */
  readonly groupsOf: (keys: KeyGroup, failed: Failed) => Assignment;
  /** Dials a server, and calls back when the dial has ended, another server may take its place, or the call's time is up. */
  readonly dial: (server: Server, then: (error: MemcachedError | undefined) => void) => void;
  /** Called with some of the keys at a time. */
  readonly place: (assignment: Assignment) => void;
}

/** Places the keys of one call. */
export class Placing {
  readonly #steps: PlacingSteps;
  readonly #failed = new Failed();

  constructor(steps: PlacingSteps) {
    this.#steps = steps;
  }

  /** @param placed Called when all keys have been placed. */
  begin(keys: KeyGroup, placed: () => void): void {
    this.#place(this.#steps.groupsOf(keys, this.#failed), placed);
  }

  #place({ groups, orphans }: Assignment, placed: () => void): void {
    const connected = groups.filter(({ server }) => server.connected);
    const others = groups.filter(({ server }) => !server.connected);
    if (connected.length + orphans.length > 0) this.#steps.place({ groups: connected, orphans });
    const lost: KeyGroup[] = [];
    let left = others.length + 1;
    const end = () => {
      if (--left > 0) return;
      if (lost.length === 0) return placed();
      const rest = { keys: lost.flatMap(({ keys }) => keys), positions: lost.flatMap(positionsOf) };
      this.#placeAnew(others[0].server, rest, placed);
    };
    for (const { server, group } of others) {
      this.#steps.dial(server, (error) => {
        this.#failed.hasWaited = true;
        if (error !== undefined) this.#failed.set(server, error);
        if (error === undefined || others.length <= MOST_ALONE) {
          return this.#placeAnew(server, group, end);
        }
        lost.push(group);
        end();
      });
    }
    end();
  }

  /** If a distribution of the user's throws now, nobody waits for that: it is why the keys go nowhere. */
  #placeAnew(owner: Server, group: KeyGroup, placed: () => void): void {
    let assignment: Assignment;
    try {
      assignment = this.#steps.groupsOf(group, this.#failed);
    } catch (cause) {
      const orphan = {
        owner,
        keys: [...group.keys],
        positions: [...positionsOf(group)],
        dialError: unplacedError(owner.name, cause),
      };
      assignment = { groups: [], orphans: [orphan] };
    }
    this.#place(assignment, placed);
  }
}

/** Most servers whose keys are placed anew one by one: each takes a walk over the servers, and all could be dead. */
const MOST_ALONE = 100;
