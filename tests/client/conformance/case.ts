/** One case of the suite in `conformance.ts`, and what it runs on. */

import type { Client, ClientOptions } from "@libmc/libmc";

/** What a case runs on: servers that are empty when it begins. */
export interface Servers {
  readonly addresses: readonly string[];
  /**
   * Makes a client, strict and patient unless told otherwise, so that no failure goes unseen.
   *
   * @param some Server strings in place of all addresses.
   */
  client(options?: ClientOptions, some?: readonly string[]): Client;
  /** Lets time pass on the servers. */
  pass(seconds: number): Promise<void>;
}

/** One fact about a client. */
export interface ConformanceCase {
  /** The symbol and a plain sentence. */
  readonly name: string;
  /** True if time must pass on the servers. */
  readonly takesTime?: boolean;
  run(servers: Servers): Promise<void>;
}
