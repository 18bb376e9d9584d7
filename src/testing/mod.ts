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

export { type Clock, TestClock } from "./clock.ts";
export type * from "./fault.ts";
export { MemcachedServer, type MemcachedServerOptions } from "./memcached_server.ts";
export { FaultProxy, type FaultProxyOptions } from "./fault_proxy.ts";
export type { ProxyFaultKind, ProxyFaults } from "./proxy_faults.ts";
export {
  type ScriptedConnection,
  type ScriptedExchange,
  ScriptedServer,
  type ScriptedServerOptions,
  type ScriptStep,
} from "./scripted_server.ts";
