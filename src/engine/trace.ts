/**
 * Names the caller in the stack of the error with which its call rejects. An error is made where a reply is read, and its
 * stack is that of the read loop. In an async function the platform knows who awaits its promise, and who awaits that: it
 * can capture their stack.
 *
 * V8 also knows who awaits a promise that was resolved with that of the function: then only a call that fails needs one.
 * To wrap each strict call in such a function took 0.15 µs. Where the platform does not know it, as on Bun, all of them
 * are wrapped.
 */

import type { MemcachedError } from "../errors.ts";

/** Gives a promise that rejects with a failure whose stack names the code that awaits what is resolved with it. */
export async function rejection<E extends Error>(failure: E): Promise<never> {
  // A promise that is resolved with this one follows it one microtask later, behind the first of these.
  await undefined;
  await undefined;
  traceTo(failure, rejection);
  throw failure;
}

/**
 * Settles as a call does, and names its caller, who awaits this.
 *
 * @param after Is awaited first.
 */
export async function traced<T>(
  call: { readonly promise: Promise<T>; readonly failure: MemcachedError | undefined },
  after: Promise<void> | undefined,
): Promise<T> {
  if (after !== undefined) await after;
  try {
    return await call.promise;
  } catch (error) {
    // The reason of an abort, for example, belongs to the caller.
    const { failure } = call;
    if (failure !== undefined && error === failure) traceTo(failure, traced);
    throw error;
  }
}

/** True if {@linkcode rejection} is enough. Not known before a few microtasks have passed. */
export let isRejectionEnough = false;

async function tries(): Promise<void> {
  try {
    await new Promise((resolve) => resolve(rejection(new Error())));
  } catch (error) {
    isRejectionEnough = (error as Error).stack?.includes(tries.name) === true;
  }
}
void tries();

/** Makes the stack of an error that of the code that awaits `callee`. An error that cannot be changed keeps its own. */
function traceTo(error: Error, callee: typeof rejection | typeof traced): void {
  try {
    Error.captureStackTrace?.(error, callee);
  } catch {
    // A listener or a codec has frozen it.
  }
}
