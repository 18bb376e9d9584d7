/**
 * The questions that wait for an answer, by key, in a table of fixed size: two keys may have one place, and then one of them
 * is not found. A `Map` into which each call puts its key and takes it out again grows by a new table now and then, and each
 * table holds on to the next one: a `Map` here made the garbage of 64 callers live so long that their calls took twice as
 * long.
 */

/** A question for a key. */
interface Question {
  readonly wireKey: string;
  /** Where it is in the table. */
  place: number;
}

/** Finds most of the questions that wait. */
export class Questions<Q extends Question> {
  readonly #places = new Array<Q | undefined>(PLACES).fill(undefined);

  find(wireKey: string): Q | undefined {
    return this.#at(placeOf(wireKey), wireKey);
  }

  /** Finds one for the same key as a question that may be added then. */
  same(question: Q): Q | undefined {
    return this.#at(question.place = placeOf(question.wireKey), question.wireKey);
  }

  /** Adds a question for which {@linkcode Questions.same} has looked. */
  add(question: Q): void {
    this.#places[question.place] = question;
  }

  remove(question: Q): void {
    const { place } = question;
    if (this.#places[place] === question) this.#places[place] = undefined;
  }

  #at(place: number, wireKey: string): Q | undefined {
    const question = this.#places[place];
    return question?.wireKey === wireKey ? question : undefined;
  }
}

/** Keys that are asked for at the same time differ in their last characters more than in their first. */
function placeOf(wireKey: string): number {
  const { length } = wireKey;
  let hash = length;
  for (let i = length > 8 ? length - 8 : 0; i < length; i++) {
    hash = Math.imul(hash, 31) + wireKey.charCodeAt(i) | 0;
  }
  return hash & PLACES - 1;
}

/** A power of two. */
const PLACES = 512;
