/** Two embedded servers, the client of the old one, and clients that move to the new one. */

import { Client, type ClientOptions, type MigrationOptions } from "@libmc/libmc";
import { MemcachedServer, TestClock } from "@libmc/libmc/testing";

const PATIENT = { pollTimeout: 5000, connectTimeout: 5000, warn: false };

export interface Rig extends AsyncDisposable {
  readonly before: MemcachedServer;
  readonly after: MemcachedServer;
  readonly old: Client;
  /** A client of the new server alone. */
  readonly plain: Client;
  /** One process more that moves. */
  moving(migration?: MigrationOptions, options?: ClientOptions): Client;
}

/** Starts a server whose time stands still until a test turns it, so that no second begins between two calls. */
export function startStill(): Promise<MemcachedServer> {
  return MemcachedServer.start({ clock: new TestClock(Math.floor(Date.now() / 1000)) });
}

/** @param options Of all clients. */
export async function startRig(options: ClientOptions = {}): Promise<Rig> {
  const stack = new AsyncDisposableStack();
  const before = stack.use(await startStill());
  const after = stack.use(await startStill());
  const old = stack.use(new Client(before.address, { ...PATIENT, ...options }));
  const plain = stack.use(new Client(after.address, { ...PATIENT, ...options }));
  return {
    before,
    after,
    old,
    plain,
    moving(migration = { stage: "read_new" }, more = {}) {
      const all = { ...PATIENT, ...options, ...more, migrateFrom: old, migration };
      return stack.use(new Client(after.address, all));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
