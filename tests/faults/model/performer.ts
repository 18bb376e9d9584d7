/** Makes the calls on a client, and remembers what each caller saw by gets. */

import {
  type CasValue,
  type Client,
  MemcachedError,
  type MultiError,
  ReplyError,
} from "@libmc/libmc";
import { doneOf, hitsOf } from "../../support/answers.ts";
import { VERB, type Verb } from "../../support/verbs.ts";
import { bigValueOf, isBigKey, lettersOf } from "./big_values.ts";
import type { Answer } from "./model.ts";
import { callMeta, metaAnswers } from "./meta_operations.ts";
import { factsOf, isMeta, type Operation } from "./operation.ts";

/** What came of a call: an answer a key, in the order of the keys, or an error. */
export type Performed = readonly Answer[] | MemcachedError;

/** Calls a client. */
export class Performer {
  readonly #client: Client;
  readonly #prefix: string;
  /** By caller and key. */
  readonly #seen = new Map<string, bigint>();

  /** @param prefix Keeps the keys of one case from those of others. */
  constructor(client: Client, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** Makes a call. Rejects only with what is no MemcachedError. */
  async perform(operation: Operation): Promise<Performed> {
    try {
      return await this.#perform(operation);
    } catch (error) {
      if (error instanceof ReplyError && error.kind === "CLIENT_ERROR") return ["CLIENT_ERROR"];
      if (error instanceof MemcachedError) return error;
      throw error;
    }
  }

  /** What a call for many keys that failed in part says of each of them; `undefined` of what failed. */
  partOf({ name, keys }: Operation, { partial }: MultiError): (Answer | undefined)[] {
    if (isMeta(name)) return metaAnswers(name, partial, keys.map((key) => this.#prefix + key));
    return this.#answers(VERB[name], partial, keys);
  }

  async #perform({ caller, name, keys, data }: Operation): Promise<Answer[]> {
    const wanted = keys.map((key) => this.#prefix + key);
    if (isMeta(name)) {
      const { kind } = factsOf(name);
      const none = kind === "retrieval" || kind === "arithmetic" ? null : false;
      const answer = await callMeta(this.#client, name, wanted, data);
      return metaAnswers(name, answer, wanted).map((answer) => answer ?? none);
    }
    const verb = VERB[name];
    const [key] = wanted;
    const values = keys.map((key) => isBigKey(key) ? bigValueOf(data) : data);
    const seen = `${caller} ${key}`;
    const answer = await verb.call(this.#client, undefined, {
      ...{ key, keys: wanted, value: values[0], data, exptime: 1000 },
      ...{ delta: Number(data), cas: this.#seen.get(seen) ?? 0n },
      items: wanted.map((key, i) => [key, values[i]] as const),
    });
    if (name === "gets") {
      if (answer === undefined) this.#seen.delete(seen);
      else this.#seen.set(seen, (answer as CasValue).cas);
    }
    if (verb.kind === "arithmetic") return [answer as number | undefined ?? null];
    const isRetrieval = verb.kind === "retrieval";
    return this.#answers(verb, answer, keys).map((answer) =>
      answer ?? (isRetrieval ? null : false)
    );
  }

  #answers(verb: Verb, answer: unknown, keys: readonly string[]): (Answer | undefined)[] {
    const wanted = keys.map((key) => this.#prefix + key);
    return wanted.map(answersIn(verb, answer, wanted)).map((answer, i) =>
      isBigKey(keys[i]) && typeof answer === "string" ? lettersOf(answer) : answer
    );
  }
}

/** What an answer says of a key: a hit, or `true` for what was done; else `undefined`. */
function answersIn(
  verb: Verb,
  answer: unknown,
  keys: readonly string[],
): (key: string) => Answer | undefined {
  if (verb.kind === "retrieval") {
    const hits = hitsOf(verb, answer, keys);
    if (hits !== undefined) return (key) => hits.get(key) as Answer | undefined;
  } else {
    const done = doneOf(verb, answer, keys);
    if (done !== undefined) return (key) => done.includes(key) || undefined;
  }
  throw new Error(`${verb.name} gave ${Deno.inspect(answer)}`);
}
