/** What is left of a time to live: a second may begin between a command and the next one. */

import { assert } from "@std/assert";

/** Fails unless so many seconds are left, or up to two fewer. */
export function assertTtl(actual: number | undefined, seconds: number): void {
  assert(actual !== undefined && actual <= seconds && actual >= seconds - 2, `ttl ${actual}`);
}
