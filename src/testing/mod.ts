/**
 * Servers for tests: a memcached inside your own process, with a clock that you turn and faults that you order.
 *
 * All of them listen on real sockets, need no installed memcached, and run on Deno, on Node from version 22 on, and on
 * Bun. Each is stopped by `stop()`, or by `await using` at the end of its block.
 *
 * - {@linkcode MemcachedServer} for code that stores and reads values, and for the moment when they expire
 *   ({@linkcode MemcachedServer.advance}). It also answers wrongly, late or not at all, command by command, where a test
 *   orders that ({@linkcode MemcachedServer.fault}).
 * - {@linkcode FaultProxy} for a network that delays, stalls, cuts or resets, in front of any server: this one or a
 *   memcached.
 * - {@linkcode ScriptedServer} for the exact bytes that a client sends, and for replies that no memcached gives.
 * - {@linkcode TestClock} for a time that stands still, or one that several servers share.
 *
 * @example A server for one test, with an hour that passes at once
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("session", "open", { exptime: 3600 });
 * assertEquals(await client.get("session"), "open");
 *
 * server.advance(3600);
 * assertEquals(await client.get("session"), undefined);
 * ```
 *
 * @example A network that fails
 * ```ts
 * import { Client, ConnectionError } from "@libmc/libmc";
 * import { FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using proxy = await FaultProxy.start({ target: server.address });
 * await using client = new Client(proxy.address, { strict: true });
 *
 * await client.set("greeting", "hello");
 * await proxy.set({ reset: "request" });
 * await assertRejects(() => client.get("greeting"), ConnectionError);
 * ```
 *
 * @example A reply that no memcached gives
 * ```ts
 * import { Client, ProtocolError } from "@libmc/libmc";
 * import { ScriptedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await ScriptedServer.start({
 *   script: [{ expect: "get greeting\r\n", reply: ["NONSENSE\r\n"] }],
 * });
 * await using client = new Client(server.address, { strict: true });
 *
 * await assertRejects(() => client.get("greeting"), ProtocolError);
 * assertEquals(server.mismatches, []);
 * ```
 *
 * @example One clock for two servers
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer, TestClock } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new TestClock();
 * await using first = await MemcachedServer.start({ clock });
 * await using second = await MemcachedServer.start({ clock });
 * await using client = new Client([first.address, second.address]);
 *
 * await client.setMulti({ a: 1, b: 2, c: 3, d: 4 }, { exptime: 60 });
 * clock.advance(60);
 * assertEquals(first.items + second.items, 0);
 * ```
 *
 * @module
 */

export { type ServerClock, TestClock } from "./memcached/clock.ts";
export type * from "./faults/fault.ts";
export { MemcachedServer, type MemcachedServerOptions } from "./memcached/memcached_server.ts";
export { FaultProxy, type FaultProxyOptions } from "./proxy/fault_proxy.ts";
export type { ProxyFaultKind, ProxyFaults } from "./proxy/proxy_faults.ts";
export type { ScriptedExchange, ScriptStep } from "./scripted/script.ts";
export {
  type ScriptedConnection,
  ScriptedServer,
  type ScriptedServerOptions,
} from "./scripted/scripted_server.ts";
