/** Waits for what is to come true, and no longer. */

/**
 * Asks again and again until the answer is true.
 *
 * @throws {Error} If it is not after `timeout` milliseconds; `what` says what was waited for.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeout = 5000,
): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!await condition()) {
    if (performance.now() > deadline) throw new Error(`Cannot wait longer until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/**
 * Waits for a promise, but not for ever.
 *
 * @throws {Error} If it has not settled after `timeout` milliseconds; `what` says what it was.
 */
export async function within<T>(what: string, promise: Promise<T>, timeout = 5000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Cannot wait longer for ${what}: ${timeout} ms`)),
      timeout,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
