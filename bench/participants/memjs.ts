// memjs speaks the binary protocol, one command a call, and gives Buffers: `toString` is what its
// users write. It has neither bulk read nor bulk write. It logs to the console unless told not to.

import memjs from "npm:memjs@1.3.2";
import type { Participant, Session } from "./participant.ts";

/** The client `memjs`. */
export const participant: Participant = {
  name: "memjs",
  version: "1.3.2",
  manyServers: true,
  connect(servers) {
    const client: MemjsClient = memjs.Client.create(servers.join(","), {
      timeout: 60,
      logger: { log() {} },
    });
    return Promise.resolve(new MemjsSession(client));
  },
};

/** The part of memjs that is measured; the package has no types of its own. */
interface MemjsClient {
  get(key: string): Promise<{ value: Uint8Array | null }>;
  set(
    key: string,
    value: string,
    options: { expires: number },
  ): Promise<boolean>;
  close(): void;
}

class MemjsSession implements Session<(string | undefined)[]> {
  readonly #client: MemjsClient;

  constructor(client: MemjsClient) {
    this.#client = client;
  }

  async get(key: string): Promise<string | undefined> {
    const { value } = await this.#client.get(key);
    return value === null ? undefined : value.toString();
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#client.set(key, value, { expires: 0 });
  }

  getMulti(keys: string[]): Promise<(string | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key)));
  }

  setMulti(items: [string, string][]): Promise<unknown> {
    return Promise.all(items.map(([key, value]) => this.set(key, value)));
  }

  values(answer: (string | undefined)[]): (string | undefined)[] {
    return answer;
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }
}
