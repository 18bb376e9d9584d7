/**
 * The rows of the fault matrix for the meta verbs. They are not in `tests/support/verbs.ts`: they are methods of
 * `client.meta`, give plain objects, have no `noreply`, and take keys and options that no other verb takes.
 * `tests/support/meta_verbs.ts` is their table.
 */

import { META_VERBS, type MetaVerb } from "../../support/meta_verbs.ts";
import { COUNTER, KEYS, type MatrixMethod, seedItems, valueOf } from "./methods.ts";

/** All meta verbs. */
export const META_METHODS: readonly MatrixMethod[] = META_VERBS.map(rowOf);

function rowOf(verb: MetaVerb): MatrixMethod {
  const isOfCounter = verb.command === "ma";
  const keys = verb.isMulti && isOfCounter ? [COUNTER] : KEYS;
  return {
    name: verb.name,
    command: verb.command,
    mayBeQuiet: false,
    isAskedBesides: verb.command === "mn",
    hidesMisses: verb.command === "mg" && verb.isMulti,
    seedItems,
    // The server is known to speak meta commands before something happens to it, unless it happens at once.
    warmUp: (client) => client.meta.noop(),
    call: (client, tag, options) =>
      verb.call(client, options, {
        key: isOfCounter ? COUNTER : KEYS[0],
        keys,
        value: valueOf(tag, KEYS[0]),
        items: KEYS.map((key) => [key, valueOf(tag, key)] as const),
      }),
    isWhole: (answer, tag) => isRight(verb, answer, tag, keys, keys.length),
    isPart: (answer, tag) =>
      answer === undefined || answer === false || isRight(verb, answer, tag, keys, 0),
  };
}

/** True for an answer that has so many keys at least, each with what is right for it. */
function isRight(
  verb: MetaVerb,
  answer: unknown,
  tag: string,
  keys: readonly string[],
  least: number,
): boolean {
  // A server that has restarted has no items.
  const isGone = (result: unknown) =>
    least === 0 && (result as { status?: unknown }).status === "notFound";
  if (!verb.isMulti) return isGone(answer) || verb.isRight(answer, valueOf(tag, KEYS[0]));
  if (!(answer instanceof Map) || answer.size < least) return false;
  return Array.from(answer).every(([key, result]) =>
    keys.includes(key) && (isGone(result) || verb.isRight(result, valueOf(tag, key)))
  );
}
