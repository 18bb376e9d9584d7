/**
 * Rendezvous hashing as pymemcache has it, and Django with `PyMemcacheCache`: each server scores for each key, the
 * MurmurHash3 of `<host:port>-<key>`, and the highest score has it. If a server goes, only its keys move. A look-up takes
 * a step for each server.
 *
 * Python hashes characters there, of each the lower 8 bits: for keys that are not ASCII the hash is not that of their bytes.
 */

import type { DistributionMaker, FullDistribution, Reckoning } from "./distribution.ts";
import { type Beginning, beginningOf, Ending } from "./hashes/murmur3.ts";
import { fullName } from "./server_names.ts";

/** Makes pymemcache's distribution. */
export const rendezvous: DistributionMaker = (servers) => new Rendezvous(servers.map(fullName));

class Rendezvous implements FullDistribution {
  readonly #names: readonly string[];
  #beginnings: readonly Beginning[] | undefined;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  indexFor(wireKey: string): number {
    const beginnings = this.#beginnings ??= this.#begin();
    const count = beginnings.length;
    if (count < 2) return count - 1;
    const ending = new Ending(charactersOf(wireKey));
    let best = 0;
    let bestScore = ending.after(beginnings[0]);
    for (let index = 1; index < count; index++) {
      const score = ending.after(beginnings[index]);
      if (score < bestScore || score === bestScore && !this.#isGreater(index, best)) continue;
      best = index;
      bestScore = score;
    }
    return best;
  }

  *order(wireKey: string): Generator<number, void, void> {
    const scores = this.#scores(wireKey);
    yield* Array.from(scores.keys()).sort((a, b) =>
      scores[b] - scores[a] || (this.#isGreater(a, b) ? -1 : 1)
    );
  }

  firstUsable(isUsable: (index: number) => boolean): (wireKey: string) => number {
    const usable = this.#names.map((_, index) => index).filter(isUsable);
    const among = new Rendezvous(usable.map((index) => this.#names[index]));
    return (wireKey) => usable.length === 0 ? -1 : usable[among.indexFor(wireKey)];
  }

  reckon(wireKey: string): Reckoning {
    const [hash] = this.#scores(wireKey).sort((a, b) => b - a);
    return { hash };
  }

  #scores(wireKey: string): number[] {
    const ending = new Ending(charactersOf(wireKey));
    return (this.#beginnings ??= this.#begin()).map((beginning) => ending.after(beginning));
  }

  #begin(): Beginning[] {
    return this.#names.map((name) => beginningOf(`${name}-`));
  }

  #isGreater(index: number, other: number): boolean {
    return this.#names[index] > this.#names[other];
  }
}

/** The characters of a key, of each the lower 8 bits, as Python hashes them. Bytes that are not UTF-8 are one each. */
function charactersOf(wireKey: string): string {
  if (!/[^\0-\x7f]/.test(wireKey)) return wireKey;
  try {
    const bytes = Uint8Array.from(wireKey, (char) => char.charCodeAt(0));
    const text = decoder.decode(bytes);
    return Array.from(text, (char) => String.fromCharCode(char.codePointAt(0)! & 0xff)).join("");
  } catch {
    return wireKey;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
