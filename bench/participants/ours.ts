// This package, as its README shows it: one connection to each server, every option at its default
// but the silence limit, as several participants share two cores.

import { Client } from "@libmc/libmc";
import configuration from "../../deno.json" with { type: "json" };
import type { Participant, Session } from "./participant.ts";

/** The client of this repository. */
export const participant: Participant = participantOf("libmc", configuration.version, Client);

/** A client of this package's: that of this checkout, or of another. */
export function participantOf(
  name: string,
  version: string,
  OwnClient: typeof Client,
): Participant {
  return {
    name,
    version,
    manyServers: true,
    connect(servers) {
      const client = new OwnClient([...servers], {
        pollTimeout: 60_000,
        timeout: 60_000,
        strict: true,
      });
      return Promise.resolve(new LibmcSession(client));
    },
  };
}

class LibmcSession implements Session<Map<string, unknown>> {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  get(key: string): Promise<string | undefined> {
    return this.#client.get(key) as Promise<string | undefined>;
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#client.set(key, value);
  }

  getMulti(keys: string[]): Promise<Map<string, unknown>> {
    return this.#client.getMulti(keys);
  }

  setMulti(items: [string, string][]): Promise<unknown> {
    return this.#client.setMulti(items);
  }

  values(
    answer: Map<string, unknown>,
    keys: readonly string[],
  ): (string | undefined)[] {
    return keys.map((key) => answer.get(key) as string | undefined);
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
