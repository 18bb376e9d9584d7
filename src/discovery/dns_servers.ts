/** Servers that the DNS names. */

import { aFunction, aText, integerFrom, oneOf, readOptions } from "../checks/check.ts";
import type { ServersContext, ServersFunction } from "../engine/server_source.ts";
import type { DnsAnswer, DnsType, Resolve } from "../transports/transport.ts";

/**
 * Options of {@linkcode dnsServers}.
 *
 * @example A name server of one's own
 * ```ts
 * import { dnsServers, type DnsServersOptions } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const options: DnsServersOptions = { type: "SRV", interval: 30_000, nameServer: "10.0.0.53" };
 * assertEquals(dnsServers("_memcache._tcp.cache.internal", options).interval, 30_000);
 * ```
 */
export interface DnsServersOptions {
  /** The port of all servers. Not for SRV records, which name ports themselves. @default {11211} */
  port?: number;
  /** Milliseconds from an answer to the next question. @default {10_000} */
  interval?: number;
  /** Which records are asked for. @default {"A"} */
  type?: DnsType;
  /** The name server to ask in place of the system's: an IP address, with a port or without. @default {undefined} */
  nameServer?: string;
  /** Asks the DNS in place of the platform. @default {undefined} */
  resolve?: Resolve;
}

/**
 * Makes a client's servers those that the DNS names: one for each address of a host name (A, AAAA), or for each target of
 * an SRV name, of which those with the lowest priority count. They are asked for again and again; as long as the answer
 * fails or is empty, the servers stay as they were.
 *
 * The servers are sorted, so that the order of the records changes nothing. With A and AAAA records a server is known by its
 * address: one that comes back with another address is another server, and has other keys. With SRV records it is known by
 * its host name, and keeps its keys. Weights of SRV records are not looked at. The name is asked for as it is: no search
 * domain is put behind it, and the file of hosts is not read.
 *
 * @param name The name, in full.
 * @param options See {@linkcode DnsServersOptions}.
 * @returns What `new Client()` takes as its servers.
 * @throws {TypeError} If the name or an option cannot be used.
 * @throws {RangeError} If a number is out of range.
 *
 * @example All addresses of a name
 * ```ts
 * import { Client, dnsServers } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const servers = dnsServers("cache.internal", {
 *   port: server.port,
 *   // Without this the platform asks the DNS.
 *   resolve: () => Promise.resolve([{ host: "127.0.0.1" }]),
 * });
 * await using client = new Client(servers);
 * assertEquals(await client.set("key", "value"), true);
 * assertEquals(client.servers, [`127.0.0.1:${server.port}`]);
 * ```
 */
export function dnsServers(name: string, options: DnsServersOptions = {}): ServersFunction {
  aText("name", name);
  if (!/^[^\s:/,;|@$%{}<>"']+$/.test(name) || /^[\d.]+$/.test(name)) {
    throw new TypeError(
      `Cannot ask the DNS for ${
        JSON.stringify(name)
      } as it is no host name: write it without scheme, port and spaces`,
    );
  }
  const { type = "A", port, interval = 10_000, nameServer, resolve } = readOptions<
    DnsServersOptions
  >(undefined, options, CHECKS);
  if (type === "SRV" && port !== undefined) {
    throw new TypeError('Cannot use option "port" with SRV records as they name the ports');
  }
  const asked = nameServer === undefined ? undefined : readNameServer(nameServer);
  async function look({ signal, resolve: platform }: ServersContext): Promise<string[]> {
    const ask = resolve ?? platform;
    if (ask === undefined) throw new Error("this runtime cannot ask the DNS");
    const answers = await ask(name, type, { signal, nameServer: asked });
    if (answers.length === 0) throw new Error(`the name has no ${type} records`);
    const servers = type === "SRV" ? targets(answers) : addresses(answers, port ?? 11211);
    return Array.from(new Set(servers)).sort();
  }
  return Object.assign(look, { interval, label: name });
}

function addresses(answers: readonly DnsAnswer[], port: number): string[] {
  return answers.map(({ host }) => host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
}

function targets(answers: readonly DnsAnswer[]): string[] {
  const first = Math.min(...answers.map(({ priority = 0 }) => priority));
  return answers
    .filter(({ host, priority = 0 }) => priority === first && host !== "." && host !== "")
    .map(({ host, port = 11211 }) => `${host.replace(/\.$/, "").toLowerCase()}:${port}`);
}

function readNameServer(text: string): { readonly address: string; readonly port: number } {
  const found = /^(?:\[([\da-f:.]+)\]|([\d.]+)|([\da-f:]*:[\da-f:.]*:[\da-f:.]*))$/i.exec(
    text.replace(/(?<=^[^:]*|\]):\d+$/, ""),
  );
  const port = /(?:^[^:]*|\]):(\d+)$/.exec(text)?.[1] ?? "53";
  const address = found?.[1] ?? found?.[2] ?? found?.[3];
  if (address !== undefined && Number(port) >= 1 && Number(port) <= 65535) {
    return { address, port: Number(port) };
  }
  throw new TypeError(
    `Cannot use name server ${
      JSON.stringify(text)
    } as it must be an IP address, with a port or without`,
  );
}

const CHECKS = {
  port: integerFrom(1, 65535),
  interval: integerFrom(1, 2 ** 31 - 1),
  type: oneOf("A", "AAAA", "SRV"),
  nameServer: aText,
  resolve: aFunction,
};
