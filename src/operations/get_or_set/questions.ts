/**
 * The questions that wait for an answer, by key, in a table of fixed size: those that have one place are chained. A `Map`
 * into which each call puts its key and takes it out again grows by a new table now and then, and each table holds on to the
 * next one: a `Map` here made the garbage of 64 callers live so long that their calls took twice as long.
 */

/** A question for a key. */
interface Question<Q> {
  readonly wireKey: string;
  /** True if nobody may wait with it any more. */
  readonly hasLeft: boolean;
  /** Where it is in the table, or {@linkcode NOWHERE}, and the one behind it there. */
  place: number;
  next: Q | undefined;
}

/** The place of a question that is in no table. */
export const NOWHERE = -1;

/** Finds the questions that wait. */
export class Questions<Q extends Question<Q>> {
  readonly #places = new Array<Q | undefined>(PLACES).fill(undefined);
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  *[Symbol.iterator](): Generator<Q> {
    for (const first of this.#places) yield* chain(first);
  }

  /** Finds one with which others may wait. */
  find(wireKey: string): Q | undefined {
    return this.#at(placeOf(wireKey), wireKey);
  }

  /** Finds one for the same key as a question that may be added then. */
  same(question: Q): Q | undefined {
    return this.#at(question.place = placeOf(question.wireKey), question.wireKey);
  }

  /** Gives all for a key. */
  *of(wireKey: string): Generator<Q> {
    for (const question of chain(this.#places[placeOf(wireKey)])) {
      if (question.wireKey === wireKey) yield question;
    }
  }

  /** Adds a question for which {@linkcode Questions.same} has looked. */
  add(question: Q): void {
    question.next = this.#places[question.place];
    this.#places[question.place] = question;
    this.#size++;
  }

  /** Takes out a question, if it is in the table. */
  remove(question: Q): void {
    const { place, next } = question;
    if (place === NOWHERE) return;
    let before = this.#places[place];
    if (before === question) this.#places[place] = next;
    else {
      while (before?.next !== question) before = (before as Q).next;
      before.next = next;
    }
    question.place = NOWHERE;
    question.next = undefined;
    this.#size--;
  }

  #at(place: number, wireKey: string): Q | undefined {
    let question = this.#places[place];
    while (question !== undefined && (question.wireKey !== wireKey || question.hasLeft)) {
      question = question.next;
    }
    return question;
  }
}

function* chain<Q extends Question<Q>>(first: Q | undefined): Generator<Q> {
  for (let question = first; question !== undefined; question = question.next) yield question;
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
