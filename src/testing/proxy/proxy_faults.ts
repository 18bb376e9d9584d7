/**
 * What goes wrong on the connections of a {@linkcode FaultProxy}. Several things can go wrong at once. The proxy throws
 * when it is given another name, or a value outside the bounds named here.
 *
 * @example A slow network that cuts replies into single bytes
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { FaultProxy, MemcachedServer, type ProxyFaults } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const faults: ProxyFaults = { delayMs: 5, singleBytes: true };
 * await using server = await MemcachedServer.start();
 * await using proxy = await FaultProxy.start({ target: server.address, ...faults });
 * await using client = new Client(proxy.address);
 * assertEquals(await client.set("a", "hello"), true);
 * ```
 */
export interface ProxyFaults {
  /** Replies arrive so many milliseconds later: an integer from 0 to 2,147,483,647. */
  readonly delayMs?: number;
  /** Nothing passes in either direction while this is set. All of it passes afterwards. */
  readonly stall?: boolean;
  /**
   * The proxy closes a connection after so many bytes of replies, counted from when this was set: an integer, at
   * least 0.
   */
  readonly dropAfter?: number;
  /**
   * Replies leave byte by byte. The first and the last 32 bytes of each piece of data are sure to arrive one by one.
   */
  readonly singleBytes?: boolean;
  /**
   * The proxy resets a connection: `"request"` when a request arrives, which then never reaches the server; `"reply"`
   * when a reply arrives, so that the server has carried the request out.
   */
  readonly reset?: "request" | "reply";
  /** The proxy refuses new connections. Open ones stay. */
  readonly refuse?: boolean;
  /** Replies pass at most at this rate, in bytes a second: an integer, at least 1. */
  readonly bytesPerSecond?: number;
  /**
   * How likely each piece of data is to meet any of this, except `stall` and `refuse`: a number from 0, never, to 1,
   * always.
   *
   * @default {1}
   */
  readonly probability?: number;
}

/**
 * The name of a thing that goes wrong on a connection of a {@linkcode FaultProxy}.
 *
 * @example How often replies were delayed
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { FaultProxy, MemcachedServer, type ProxyFaultKind } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using proxy = await FaultProxy.start({ target: server.address, delayMs: 5 });
 * await using client = new Client(proxy.address);
 * await client.set("a", "hello");
 * const kind: ProxyFaultKind = "delayMs";
 * assertEquals(proxy.struck.get(kind), 1);
 * ```
 */
export type ProxyFaultKind = Exclude<keyof ProxyFaults, "probability" | "refuse">;
