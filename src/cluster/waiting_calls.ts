/**
 * Calls that wait for servers that are dialled. Where others may take the keys meanwhile, as another server connects or the
 * list of servers changes, later calls for the same keys may go there: so those that wait choose anew before, all of them,
 * in the order in which they began to wait.
 */

import type { MemcachedError } from "../errors.ts";
import { fullError } from "./server_errors.ts";

/** Ends a wait. */
type End = (error: MemcachedError | undefined) => void;

/** A server, as far as it takes one to wait for it. */
interface DialledServer {
  readonly name: string;
  /** Defined if it was dead. */
  readonly deadUntil: number | undefined;
  dial(end: End): void;
}

/** One call that waits for a server. */
interface Wait {
  readonly server: DialledServer;
  readonly end: End;
  /** True if the server was dead: another one may be ready first. */
  readonly isTrial: boolean;
  /** The later it began, the greater. */
  readonly number: number;
  isOver: boolean;
}

/** What decides where calls can go, and how many may wait for one server. */
interface WaitingSettings {
  readonly failover: boolean;
  readonly maxPending: number;
}

/** The calls of a cluster that wait for servers. */
export class WaitingCalls {
  readonly #settings: WaitingSettings;
  readonly #hasGutter: () => boolean;
  /** By the servers that are dialled for them. One dial serves all who wait for a server. */
  readonly #waits = new Map<DialledServer, Set<Wait>>();
  #number = 0;

  constructor(settings: WaitingSettings, hasGutter: () => boolean) {
    this.#settings = settings;
    this.#hasGutter = hasGutter;
  }

  /** Dials a server for a call, and calls back when the dial has ended, or the call is to choose a server anew. */
  dial(server: DialledServer, end: End): void {
    const known = this.#waits.get(server);
    const { maxPending } = this.#settings;
    if (known !== undefined && known.size >= maxPending) {
      return end(fullError(server.name, "connect", maxPending));
    }
    const isTrial = server.deadUntil !== undefined;
    const wait: Wait = { server, end, isTrial, number: this.#number++, isOver: false };
    if (known !== undefined) return void known.add(wait);
    this.#waits.set(server, new Set([wait]));
    server.dial((error) => this.#ended(server, error));
  }

  /** Gives how many calls wait for a server beside the one that is called back for all of them. */
  othersAt(server: DialledServer): number {
    return Math.max(0, (this.#waits.get(server)?.size ?? 0) - 1);
  }

  /**
   * Lets all choose anew as a server has connected, if that may concern any. Its own callers are called back afterwards.
   *
   * @param wasDead True if it was: others have taken its keys, and now it has them again.
   */
  connected(wasDead: boolean): void {
    if (!this.#settings.failover && !this.#hasGutter()) return;
    // When a program starts its servers connect one after the other, and many calls wait, each for its own.
    if (wasDead || this.#all().some(({ isTrial }) => isTrial)) this.chooseAnew();
  }

  /** Lets all choose anew. */
  chooseAnew(): void {
    for (const wait of this.#all().sort((a, b) => a.number - b.number)) {
      this.#waits.get(wait.server)?.delete(wait);
      end(wait, undefined);
    }
  }

  #all(): Wait[] {
    return Array.from(this.#waits.values()).flatMap((waits) => Array.from(waits));
  }

  #ended(server: DialledServer, error: MemcachedError | undefined): void {
    const waits = this.#waits.get(server) ?? [];
    this.#waits.delete(server);
    for (const wait of waits) end(wait, error);
  }
}

function end(wait: Wait, error: MemcachedError | undefined): void {
  if (wait.isOver) return;
  wait.isOver = true;
  wait.end(error);
}
