/** What the server tells connections that watch it, as the daemon does: one line for each thing that happens. */

import { bytesOf } from "./latin1.ts";
import type { ServerClock } from "./clock.ts";

/** The kinds of lines that the embedded server logs. Nothing is evicted here, and no thread works in the background. */
export type LogKind = "fetchers" | "mutations" | "deletions" | "connevents";

/** Numbers the lines and gives them to the watchers. */
export class WatchLog {
  readonly #clock: ServerClock;
  readonly #watchers = new Set<LogWatcher>();
  #lastId = 0;

  constructor(clock: ServerClock) {
    this.#clock = clock;
  }

  /** Gives lines to a watcher from now on. */
  add(watcher: LogWatcher): void {
    this.#watchers.add(watcher);
  }

  /** Gives no more lines to a watcher. */
  delete(watcher: LogWatcher): void {
    this.#watchers.delete(watcher);
  }

  /** Logs something, if anybody watches for it. */
  log(kind: LogKind, text: () => string): void {
    const watchers = [...this.#watchers].filter((watcher) => watcher.kinds.has(kind));
    if (watchers.length === 0) return;
    const now = this.#clock.now();
    const seconds = Math.floor(now);
    // The daemon writes the microseconds without leading zeros.
    const microseconds = Math.floor((now - seconds) * 1e6);
    const line = `ts=${seconds}.${microseconds} gid=${++this.#lastId} ${text()}\n`;
    for (const watcher of watchers) watcher.take(line);
  }
}

/** One connection that watches. What it does not read waits, up to a bound; more is skipped and counted. */
export class LogWatcher {
  readonly kinds: ReadonlySet<string>;
  readonly #send: (bytes: Uint8Array) => Promise<void>;
  #waiting = "";
  #skipped = 0;
  #isSending = false;

  /** @param send Resolves when there is room for more. */
  constructor(kinds: ReadonlySet<string>, send: (bytes: Uint8Array) => Promise<void>) {
    this.kinds = kinds;
    this.#send = send;
  }

  /** Sends a line, now or when there is room. */
  take(line: string): void {
    if (this.#waiting.length + line.length > MOST_WAITING) {
      this.#skipped++;
      return;
    }
    if (this.#skipped > 0) {
      this.#waiting += `skipped=${this.#skipped}\n`;
      this.#skipped = 0;
    }
    this.#waiting += line;
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#waiting !== "") {
        const bytes = bytesOf(this.#waiting);
        this.#waiting = "";
        await this.#send(bytes);
      }
    } catch {
      // The connection is closed.
    }
    this.#isSending = false;
  }
}

/** The size of the daemon's buffer for each watcher. */
const MOST_WAITING = 256 * 1024;
