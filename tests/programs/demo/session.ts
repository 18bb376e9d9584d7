/** What the steps of the demo share: the client, its servers, the data, the report. */

import { Client, type StoreOptions } from "@libmc/libmc";
import type { DataSet } from "./data_set.ts";
import { EventLog } from "./event_log.ts";
import { counted } from "./figures.ts";
import type { Report } from "./report.ts";
import type { DemoServers } from "./servers.ts";

/** A step of the demo: prints what it does, and whether it was right. */
export type Step = (session: Session) => Promise<void>;

/** One run. */
export class Session implements AsyncDisposable {
  readonly client: Client;
  readonly events: EventLog;
  readonly servers: DemoServers;
  readonly data: DataSet;
  readonly report: Report;
  readonly #prefix: string;
  readonly #signal: AbortSignal;
  readonly #keys: Set<string>;

  /** @param prefix Stands before every key, so that none is anybody else's. */
  constructor(
    { servers, data, report, prefix, signal }: {
      servers: DemoServers;
      data: DataSet;
      report: Report;
      prefix: string;
      signal: AbortSignal;
    },
  ) {
    this.servers = servers;
    this.data = data;
    this.report = report;
    this.#signal = signal;
    this.#keys = new Set(data.items.keys());
    this.#prefix = prefix;
    this.client = this.newClient();
    this.events = new EventLog(this.client);
  }

  /** Makes one more client of the servers, as another process has it. Whoever calls this closes it. */
  newClient(): Client {
    // Generous where a machine is busy: nothing here is waited for that long, and a stopped server refuses at once.
    return new Client(this.servers.strings, {
      prefix: this.#prefix,
      connectTimeout: 2000,
      pollTimeout: 3000,
      timeout: 8000,
      retryTimeout: RETRY_MILLISECONDS,
    });
  }

  /** Gives a key of a step's own, to be removed at the end. */
  key(name: string): string {
    this.#keys.add(name);
    return name;
  }

  /**
   * Checks that all servers are there.
   *
   * @returns Their versions, by display name.
   * @throws {Error} If one does not answer; the message is one line.
   */
  async versions(): Promise<Map<string, string>> {
    const versions = await this.client.version();
    if (versions.size < this.servers.strings.length) {
      const reason = this.client.lastError?.message ?? "it did not answer";
      throw new Error(`Cannot use all of the servers: ${reason}`);
    }
    return versions;
  }

  /** Waits for something to come true, at most for some seconds; gives whether it did. */
  async until(
    text: string,
    seconds: number,
    done: () => boolean | Promise<boolean>,
  ): Promise<boolean> {
    const start = performance.now();
    while (true) {
      this.#signal.throwIfAborted();
      if (await done()) return true;
      const share = (performance.now() - start) / 1000 / seconds;
      if (share >= 1) return false;
      this.report.busy(text, share);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Removes every key that was stored. */
  async removeKeys(): Promise<void> {
    await this.client.deleteMulti(this.#keys);
  }

  /** How many of the keys are still there. */
  async keysLeft(): Promise<number> {
    return (await this.client.getMulti(this.#keys)).size;
  }

  /** How many keys the demo uses, in words. */
  get keyCount(): string {
    return counted(this.#keys.size, "key");
  }

  /** Closes the client. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close();
  }
}

/** Should the demo be killed, what it stored on servers that live on goes by itself, after ten minutes. */
export const STORED: StoreOptions = { exptime: 600 };

/** How soon a server that went down is tried again. */
const RETRY_MILLISECONDS = 200;
