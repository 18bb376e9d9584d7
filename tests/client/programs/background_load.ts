/**
 * Is given a stale value, whose load goes on in the background, and ends: what is left must not keep it from that.
 *
 * Arguments: address, how the program lets go of its client ("close" or "unref"), and what the load does: "hangs", "fails" or
 * "loads".
 */

import { Client } from "@libmc/libmc";

const [address, how, what] = Deno.args;
const client = new Client(address, { connectTimeout: 5000, pollTimeout: 5000, timeout: 1500 });
if (how === "unref") client.unref();
const LOADS: Record<string, () => Promise<string>> = {
  hangs: () => new Promise(() => {}),
  fails: () => Promise.reject(new Error("down")),
  loads: () => new Promise((resolve) => setTimeout(() => resolve("new"), 50)),
};
const options = { ttl: 60, staleWhileRevalidate: 600 };
console.log(await client.getOrSet("page", LOADS[what], options));
if (how === "close") await client.close();
console.log("over");
