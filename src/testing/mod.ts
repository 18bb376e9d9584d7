/**
 * Servers for tests: a memcached in this process, with and without faults.
 *
 * @example A server for one test
 * ```ts
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * assertEquals(server.address, `127.0.0.1:${server.port}`);
 * assertEquals(server.items, 0);
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
