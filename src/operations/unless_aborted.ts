/** Calls that their callers may give up, whatever is still to be done for them. */

/** Gives the signal of a call. What is none is for the verb to refuse. */
export function signalOf(
  { options }: { readonly options: { readonly signal?: AbortSignal } | undefined },
): AbortSignal | undefined {
  try {
    return options?.signal instanceof AbortSignal ? options.signal : undefined;
  } catch {
    return undefined;
  }
}

/** Gives what a promise gives, unless the caller gives up first. */
export function unlessAborted<T>(
  result: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    const over = () => signal.removeEventListener("abort", giveUp);
    result.finally(over).then(resolve, reject);
  });
}
