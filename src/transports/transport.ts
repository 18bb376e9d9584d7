/** The seam between the client and the platform: a byte stream, and the function that dials one. */

import type { TlsOptions } from "../checks/tls.ts";

/**
 * A stream of bytes in both directions. Every `Deno.Conn` is one.
 *
 * If `read` or `write` gives an impossible number, the client closes the transport, and its calls fail with a
 * ConnectionError.
 *
 * @example Count the writes on a connection
 * ```ts
 * import { Client, type Transport } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * let writes = 0;
 * async function connect(): Promise<Transport> {
 *   const connection = await Deno.connect({ port: server.port });
 *   return {
 *     read: (into) => connection.read(into),
 *     write: (bytes) => connection.write(bytes).finally(() => writes++),
 *     close: () => connection.close(),
 *   };
 * }
 * await using client = new Client(server.address, { connect });
 * await client.getMulti(["a", "b", "c"]);
 * assertEquals(writes, 1);
 * ```
 */
export interface Transport {
  /**
   * Reads some bytes. The client makes one call at a time.
   *
   * @param into Buffer for the bytes, lent until the promise settles.
   * @returns The number of bytes read, from 1 to `into.length`, or `null` at the end of the stream.
   * @throws Any error. A ConnectionError whose `step` is `"dial"` says that the server took nothing on this connection: it
   * then counts as a failed dial, if it comes before any reply.
   */
  read(into: Uint8Array): Promise<number | null>;
  /**
   * Writes some of the bytes, from their beginning. The client makes one call at a time.
   *
   * @param bytes Bytes to send, lent until the promise settles.
   * @returns The number of bytes written, from 1 to `bytes.length`.
   * @throws Any error, if none of the bytes was sent, unless {@linkcode Transport.mayWriteInPart} says otherwise.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** True if a write that rejects may have sent some of its bytes. The client then does not send them elsewhere. */
  readonly mayWriteInPart?: boolean;
  /**
   * True if the bytes travel in TLS records, of which each begins where a write begins, and `write` takes all that it is
   * given. Big requests are then written in more pieces: memcached up to 1.6.38 stalls at records that go on behind a data
   * block inside which they began.
   */
  readonly tls?: boolean;
  /** Where the stream leads, if that is known: for observers. */
  readonly remoteAddr?: PeerAddress | undefined;
  /** Closes both directions at once. A read or a write under way ends or rejects. */
  close(): void;
  /** Lets the program end although the stream is open. Needed only where an open stream keeps the program running. */
  unref?(): void;
}

/**
 * The other end of a stream, as the platform tells it: an IP address and a port, or the path of a Unix socket.
 *
 * @example Where a name has led to
 * ```ts
 * import { Client, type ObservedCall, type PeerAddress } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const peers: (PeerAddress | undefined)[] = [];
 * const observer = {
 *   begin: (_verb: string, _keys: readonly string[], call: ObservedCall) => call,
 *   end: (call: unknown) => peers.push((call as ObservedCall).server?.peer),
 * };
 * await using client = new Client(`127.0.0.1:${server.port}`, { observer });
 * await client.get("key");
 * assertEquals([peers[0]?.hostname, peers[0]?.port], ["127.0.0.1", server.port]);
 * ```
 */
export interface PeerAddress {
  /** IP address. */
  readonly hostname?: string;
  /** TCP port. */
  readonly port?: number;
  /** Path of a Unix socket, where the platform tells it. */
  readonly path?: string | null;
}

/**
 * Where to dial: a TCP port, or a Unix socket.
 *
 * @example The endpoint of a server string
 * ```ts
 * import { Client, type Endpoint } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const dialled: Endpoint[] = [];
 * await using client = new Client("cache1:11212 blue", {
 *   connect(endpoint) {
 *     dialled.push(endpoint);
 *     return Promise.reject(new Error("There is no network"));
 *   },
 * });
 * assertEquals(await client.get("key"), undefined);
 * assertEquals(dialled, [{ hostname: "cache1", port: 11212 }]);
 * ```
 */
export type Endpoint =
  | { readonly hostname: string; readonly port: number }
  | { readonly path: string };

/**
 * Dials a server: the option `connect`.
 *
 * @param endpoint Where to dial.
 * @param signal Aborted when `connectTimeout` passes or the client is closed. The dial should then reject. A transport
 * that comes too late is closed by the client.
 * @returns The transport, open and ready for commands.
 * @throws Any error, which becomes the `cause` of a ConnectionError.
 *
 * @example Reach a server through a tunnel
 * ```ts
 * import { Client, type Connect } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * // The tunnel ends at a local port, whatever the server is called.
 * const connect: Connect = () => Deno.connect({ port: server.port });
 * await using client = new Client("cache1.internal", { connect });
 *
 * assertEquals(await client.set("key", "value"), true);
 * assertEquals(client.getHostByKey("key"), "cache1.internal:11211");
 * ```
 */
export type Connect = (endpoint: Endpoint, signal: AbortSignal) => Promise<Transport>;

/** The types of DNS records that name servers. */
export type DnsType = "A" | "AAAA" | "SRV";

/** What a record of the DNS says. */
export interface DnsAnswer {
  /** The IP address, or, of an SRV record, the host name. */
  readonly host: string;
  /** The port of an SRV record. */
  readonly port?: number;
  /** The priority of an SRV record: the lowest comes first. */
  readonly priority?: number;
}

/** Limits of a question to the DNS, and whom to ask. */
export interface ResolveOptions {
  /** Ends the question. */
  readonly signal: AbortSignal;
  /** The name server to ask in place of the system's. */
  readonly nameServer: { readonly address: string; readonly port: number } | undefined;
}

/**
 * Asks the DNS for the records of a name: the option `resolve` of `dnsServers()`.
 *
 * @returns All records, in any order.
 * @throws Any error, whose message says why there are none.
 */
export type Resolve = (
  name: string,
  type: DnsType,
  options: ResolveOptions,
) => Promise<readonly DnsAnswer[]>;

/** How a runtime dials, and asks the DNS. */
export interface Platform {
  /** Dials in the clear. */
  readonly connect: Connect;
  /** Makes a function that dials with TLS and never without. */
  connectTls(tls: TlsOptions): Connect;
  readonly resolve: Resolve;
}
