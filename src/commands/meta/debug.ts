/**
 * me: what a server knows of an item, without touching it. The reply names the key, in base64 only if the item was stored
 * so: a placeholder under a key in base64 is printed raw. So the key is known before the reply is read, in both forms, and
 * one with a line end is never asked for.
 */

import { ProtocolError } from "../../errors.ts";
import { ReplyWord } from "../../protocol/reply.ts";
import type { RequestWriter } from "../../protocol/request_writer.ts";
import { SingleCommand, unexpected } from "../command.ts";
import type { Receiver } from "../receiver.ts";
import { ASKS, ofMeta } from "../traits.ts";
import { type MetaNeeds, NEEDS } from "./needs.ts";
import { keyFlag, keyWord } from "./request_flags.ts";

/**
 * What `client.meta.debug()` tells of an item.
 *
 * @example Look at an item without counting as a reader
 * ```ts
 * import { Client, type MetaDebug } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("key", "value");
 * const item: MetaDebug | undefined = await client.meta.debug("key");
 * assertEquals([item?.ttl, item?.fetched], [Infinity, false]);
 * ```
 */
export interface MetaDebug {
  /** Seconds until it expires; Infinity: never. Up to 1.6.18, a server says never in the last second, too. */
  readonly ttl: number;
  /** Seconds since it was read or stored last. */
  readonly lastAccess: number;
  /** The cas. */
  readonly cas: bigint;
  /** True if it was read since it was stored. */
  readonly fetched: boolean;
  /** Number of its slab class. */
  readonly slabClass: number;
  /** Bytes of memory that it takes, with its key and its header. */
  readonly size: number;
}

/** Asks for what is known of one item. The outcome is `undefined` on a miss. */
export class MetaDebugCommand extends SingleCommand<MetaDebug | undefined> {
  override readonly name = "me";
  override readonly traits = READS;
  override readonly key: string;
  readonly #word: string;

  constructor(key: string, receiver: Receiver<MetaDebug | undefined>) {
    super(receiver);
    this.key = key;
    this.#word = keyWord(key);
  }

  override get needs(): MetaNeeds | undefined {
    return this.#word === this.key ? undefined : NEEDS.debugBase64;
  }

  override write(writer: RequestWriter): void {
    writer.latin1("me " + this.#word + keyFlag(this.key, this.#word) + "\r\n");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word === ReplyWord.EN) this.succeed(undefined);
    else if (word === ReplyWord.ME) this.succeed(this.#read(bytes, start, end));
    else throw unexpected(this, word, bytes, start, end);
    return true;
  }

  #read(bytes: Uint8Array, start: number, end: number): MetaDebug {
    let text = "";
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
    const key = [this.key, this.#word].find((key) => text.startsWith(key + " "));
    if (key === undefined) {
      throw new ProtocolError("Cannot take the reply to me as it is for another key");
    }
    const facts = new Map(
      text.slice(key.length + 1).split(/ +/).map((fact) => {
        const at = fact.indexOf("=");
        return [fact.slice(0, at), fact.slice(at + 1)];
      }),
    );
    const number = (name: string) => {
      const value = facts.get(name);
      if (value !== undefined && NUMBER.test(value)) return value;
      throw new ProtocolError(`Cannot take the reply to me as it has no number "${name}"`);
    };
    const exptime = Number(number("exp"));
    return {
      // Old servers count from the time when it expires, and so below zero.
      ttl: exptime === -1 ? Infinity : Math.abs(exptime),
      lastAccess: Number(number("la")),
      cas: BigInt(number("cas")),
      fetched: facts.get("fetch") === "yes",
      slabClass: Number(number("cls")),
      size: Number(number("size")),
    };
  }
}

const READS = ofMeta(ASKS);
const NUMBER = /^-?[0-9]{1,20}$/;
