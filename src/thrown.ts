/**
 * What a program's own code throws, a `connect` or a codec: anything, also a value that throws when it is looked at, such
 * as a revoked Proxy or an error whose message is a getter that fails.
 */

/** True if it is an instance of the class. A value that cannot be asked is none. */
export function isA<T>(thrown: unknown, type: abstract new (...args: never[]) => T): thrown is T {
  try {
    return thrown instanceof type;
  } catch {
    return false;
  }
}

/** True if it is an error of the class whose fields can be read, so that it can be passed on as it is. */
export function isSound<T extends Error>(
  thrown: unknown,
  type: abstract new (...args: never[]) => T,
): thrown is T {
  try {
    if (!(thrown instanceof type)) return false;
    const { message, cause: _cause, ..._fields } = thrown;
    return typeof message === "string";
  } catch {
    return false;
  }
}

/** Gives a field of an error, inherited or not; `undefined` if it cannot be read. */
export function fieldOf(thrown: Error, field: "name" | "code"): unknown {
  try {
    return (thrown as Error & { readonly code?: unknown })[field];
  } catch {
    return undefined;
  }
}

/** Does something that may fail without harm. */
export function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // It has failed without harm.
  }
}

/** Gives the message of an error, or the text of anything else. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return `a value of type ${typeof thrown} that has no text was thrown`;
  }
}
