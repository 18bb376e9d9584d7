/** A server, with two clients that see its items differently. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";

/** A client, one that sees items as they are, and the server of both. */
export interface TwoViews extends AsyncDisposable {
  readonly server: MemcachedServer;
  readonly client: Client;
  /** It does not split. */
  readonly raw: Client;
}

/**
 * Starts a server and makes both clients.
 *
 * @param options Those of the first one.
 */
export async function twoViews(options: ClientOptions = {}): Promise<TwoViews> {
  const server = await MemcachedServer.start();
  const client = new Client(server.address, { ...PATIENT, ...options });
  const raw = new Client(server.address, { ...PATIENT, doSplit: false });
  return {
    server,
    client,
    raw,
    async [Symbol.asyncDispose](): Promise<void> {
      await client.close();
      await raw.close();
      await server.stop();
    },
  };
}

const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000, timeout: 60_000 };
