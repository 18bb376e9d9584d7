/** Who takes part, by name and in the order of tables; `load.ts` loads them. */

/** The name under which the floor appears. */
export const RAW_SOCKET = "raw socket";

/** The name of our own client. */
export const OURS = "libmc";

/** libmc itself, as Python's users call it. */
export const LIBMC_PYTHON = "libmc-python";

/** Another checkout of this package is called this and its folder. */
export const CHECKOUT = "libmc@";

/** Names of all clients, ours first. The raw socket is not one of them. */
export const CLIENTS: readonly string[] = [
  OURS,
  "memjs",
  "memcached",
  "memcache-client",
  "memcache",
];

/** Those of the npm registry. */
export const PEERS: readonly string[] = CLIENTS.slice(1);

/** A digit of each participant's own, which its keys carry. */
export function ownerOf(name: string): number {
  if (name.startsWith(CHECKOUT)) return CHECKOUT_OWNER;
  return CLIENTS.indexOf(name) + 1;
}

// 8 is that of libmc_python.py.
const CHECKOUT_OWNER = 9;
