/** Sees to it that the live tests find a memcached, in a process of its own: they have no right to install one. */
import { ensureMemcached } from "../tests/support/memcached.ts";

await ensureMemcached();
