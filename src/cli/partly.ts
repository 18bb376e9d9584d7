/** Calls for several servers or keys of which some fail: what the others gave is shown, before what has failed is told. */

import { CodecError, MemcachedError, MultiError } from "../../mod.ts";

/** What a call gave, and what has failed of it. */
export interface Partly<T> {
  readonly given: T;
  /** To be thrown when what is given was shown. */
  readonly failure: MultiError | undefined;
}

/** Waits for a call to several servers. */
export async function partly<T>(call: Promise<T>): Promise<Partly<T>> {
  try {
    return { given: await call, failure: undefined };
  } catch (error) {
    if (!(error instanceof MultiError)) throw error;
    return { given: error.partial as T, failure: error };
  }
}

/**
 * Asks for each key by itself, all in one tick, so that those of a server still travel as one line.
 *
 * @returns What was answered, by key: a key without an answer is not in it.
 */
export async function partlyEach<T>(
  keys: readonly string[],
  ask: (key: string) => Promise<T>,
): Promise<Partly<ReadonlyMap<string, T>>> {
  const asked = await Promise.allSettled(keys.map(ask));
  const given = new Map<string, T>();
  const errors: MemcachedError[] = [];
  for (const [index, answer] of asked.entries()) {
    if (answer.status === "fulfilled") given.set(keys[index], answer.value);
    else if (answer.reason instanceof CodecError) {
      errors.push(unreadable(keys[index], answer.reason));
    } else if (answer.reason instanceof MemcachedError) errors.push(answer.reason);
    else throw answer.reason;
  }
  const failure = errors.length > 0
    ? new MultiError("Cannot read all keys", { errors, partial: given })
    : undefined;
  return { given, failure };
}

/** Says of which key the value could not be read. */
function unreadable(key: string, cause: CodecError): CodecError {
  return new CodecError(`The value of ${key} is not what the codec reads: ${cause.message}`, {
    cause,
  });
}
