/** Servers, clients and small steps for the tests of administration. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../../support/memcached.ts";

/** A server of either kind. */
export interface AdminServer extends AsyncDisposable {
  readonly address: string;
}

/** What runs on the embedded server and on memcached alike. */
export const SERVERS: Readonly<Record<string, () => Promise<AdminServer>>> = {
  "the embedded server": () => MemcachedServer.start(),
  "memcached": () => startMemcached(),
};

/** A client that is not given up by a busy machine. */
export function patient(servers: string | string[], options: ClientOptions = {}): Client {
  return new Client(servers, { connectTimeout: 5000, pollTimeout: 5000, ...options });
}

/** All that an iterator gives. */
export async function all<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}

/** The keys that a client lists, in order. */
export async function keysOf(client: Client, prefix = ""): Promise<string[]> {
  return (await all(client.admin.keys({ prefix }))).map(({ key }) => key).toSorted();
}
