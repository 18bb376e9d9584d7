/**
 * Sees to it that the live tests find a memcached. It is a process of its own, as a process may only run programs that
 * were there when it started, unless it may run anything.
 */
import { ensureMemcached } from "../tests/support/ensure_memcached.ts";

await ensureMemcached();
