/**
 * Sees to it that the live tests find a memcached, or says in one line how to install it. It is a process of its own, as
 * a process may only run programs that were there when it started, unless it may run anything.
 */
import { ensureMemcached } from "../tests/support/ensure_memcached.ts";

try {
  await ensureMemcached();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
