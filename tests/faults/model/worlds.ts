/**
 * All that may be true of one key while things go wrong. A call that failed after it may have been sent can be carried
 * out now, at any later moment, or never, but not twice. So the key is in one of several worlds; each answer rules out
 * those in which it could not be given. If none is left, the client has lied.
 */

import { type Answer, type Item, type KeyCall, steps } from "./model.ts";

/** One of the things that may be true. */
interface World {
  readonly item: Item | undefined;
  /** The version that the last gets saw. */
  readonly seen: number | undefined;
  /** Calls in doubt that have not been carried out so far. */
  readonly due: readonly KeyCall[];
}

/** The worlds that a key may be in. One caller at a time. */
export class Worlds {
  #worlds: World[] = [{ item: undefined, seen: undefined, due: [] }];
  #version = 0;
  #mayBeLost = false;

  /** How many calls are in doubt, at most. */
  get doubts(): number {
    return Math.max(...this.#worlds.map(({ due }) => due.length));
  }

  /** The server may have begun anew: from now on the item may be gone. */
  lose(): void {
    this.#mayBeLost = true;
  }

  /** A call was answered. Returns false if that cannot be. */
  answered(name: KeyCall["name"], data: string, answer: Answer): boolean {
    const version = ++this.#version;
    const possible: World[] = [];
    for (const { item, seen, due } of this.#closure()) {
      for (const after of steps(item, { name, data, version, seen })) {
        if (after.answer !== answer) continue;
        const seenNow = name === "gets" ? item?.version : seen;
        possible.push({ item: after.item, seen: seenNow, due });
      }
    }
    this.#worlds = distinct(possible);
    return possible.length > 0;
  }

  /** A call failed, and may have been sent. */
  doubted(name: KeyCall["name"], data: string): void {
    const version = ++this.#version;
    this.#worlds = this.#worlds.map((world) => ({
      ...world,
      due: [...world.due, { name, data, version, seen: world.seen }],
    }));
  }

  /** All worlds, those included in which some of what is in doubt has been carried out by now, in any order. */
  #closure(): World[] {
    let worlds = this.#worlds;
    for (let more = worlds; more.length > 0;) {
      more = more.flatMap(({ item, seen, due }) =>
        due.flatMap((call) =>
          steps(item, call).map((after) => ({
            item: after.item,
            seen,
            due: due.filter((other) => other !== call),
          }))
        )
      );
      worlds = [...worlds, ...more];
    }
    if (this.#mayBeLost) {
      worlds = [...worlds, ...worlds.map((world) => ({ ...world, item: undefined }))];
    }
    return distinct(worlds);
  }
}

function distinct(worlds: World[]): World[] {
  return [
    ...new Map(worlds.map((world) => [JSON.stringify([world.item, world.seen, world.due]), world]))
      .values(),
  ];
}
