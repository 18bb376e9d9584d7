/**
 * Servers in memory, behind the dialler of a client: what a client costs is counted at the seam to the platform, with no
 * network in between. They know set, get and the like, and answer at once.
 */

import type { Connect, Transport } from "@libmc/libmc";
import { textOf } from "../support/wire.ts";

/** One connection, and what it has seen. */
export class MemoryConnection implements Transport {
  /** The arrays that were written, as they were given. */
  readonly writes: Uint8Array[] = [];
  /** The arrays that were read into, as they were given, each with how much came. */
  readonly reads: { readonly into: Uint8Array; readonly count: number }[] = [];
  /** Command lines. */
  readonly lines: string[] = [];
  readonly #items: Map<string, Item>;
  #request = "";
  #replies: Uint8Array[] = [];
  #reading: (() => void) | undefined;
  #closed = false;

  constructor(items: Map<string, Item>) {
    this.#items = items;
  }

  async read(into: Uint8Array): Promise<number | null> {
    if (this.#replies.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => this.#reading = resolve);
    }
    if (this.#closed) return null;
    let count = 0;
    while (this.#replies.length > 0 && count < into.length) {
      const [reply] = this.#replies;
      const part = reply.subarray(0, into.length - count);
      into.set(part, count);
      count += part.length;
      if (part.length === reply.length) this.#replies.shift();
      else this.#replies[0] = reply.subarray(part.length);
    }
    this.reads.push({ into, count });
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    this.writes.push(bytes);
    this.#request += textOf(bytes);
    this.#answer();
    return Promise.resolve(bytes.length);
  }

  close(): void {
    this.#closed = true;
    this.#reading?.();
  }

  /** Forgets what it has seen. */
  forget(): void {
    this.writes.length = this.reads.length = this.lines.length = 0;
  }

  #answer(): void {
    let reply = "";
    let at = 0;
    for (let end; (end = this.#request.indexOf("\r\n", at)) >= 0;) {
      const line = this.#request.slice(at, end);
      const [name, ...words] = line.split(" ");
      let next = end + 2;
      if (STORES.has(name)) {
        const length = Number(words[3]);
        if (this.#request.length < next + length + 2) break;
        const data = this.#request.slice(next, next += length);
        next += 2;
        if (words[4] === NO_CAS) {
          reply += this.#items.has(words[0]) ? "EXISTS\r\n" : "NOT_FOUND\r\n";
        } else {
          this.#items.set(words[0], { flags: words[1], data });
          reply += "STORED\r\n";
        }
      } else {
        reply += this.#replyTo(name, words);
      }
      this.lines.push(line);
      at = next;
    }
    this.#request = this.#request.slice(at);
    if (reply === "") return;
    this.#replies.push(Bytes.from(reply, (char) => char.charCodeAt(0)));
    this.#reading?.();
  }

  #replyTo(name: string, words: string[]): string {
    if (name === "delete") return "DELETED\r\n";
    if (name === "incr" || name === "decr") return "1\r\n";
    if (name === "touch") return "TOUCHED\r\n";
    const parts: string[] = [];
    for (const key of name.startsWith("gat") ? words.slice(1) : words) {
      const item = this.#items.get(key);
      if (item === undefined) continue;
      const cas = name.endsWith("s") ? " 7" : "";
      parts.push(`VALUE ${key} ${item.flags} ${item.data.length}${cas}\r\n${item.data}\r\n`);
    }
    return parts.join("") + "END\r\n";
  }
}

/** Any number of servers, each with items of its own. */
export class MemoryServers {
  readonly connections: MemoryConnection[] = [];
  readonly #items = new Map<string, Map<string, Item>>();

  /** To be given to a client. */
  readonly connect: Connect = (endpoint) => {
    const name = "path" in endpoint ? endpoint.path : endpoint.hostname;
    const items = this.#items.get(name) ?? new Map<string, Item>();
    this.#items.set(name, items);
    const connection = new MemoryConnection(items);
    this.connections.push(connection);
    return Promise.resolve(connection);
  };

  /** Forgets what all connections have seen. */
  forget(): void {
    for (const connection of this.connections) connection.forget();
  }
}

interface Item {
  readonly flags: string;
  readonly data: string;
}

/** The number of a cas that only asks whether the item is there. */
const NO_CAS = "18446744073709551615";
const STORES: ReadonlySet<string> = new Set([
  ...["set", "add", "replace", "cas", "append", "prepend"],
]);
/** What it allocates itself is not to be counted. */
const Bytes = Uint8Array;
