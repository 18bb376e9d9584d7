/**
 * How long the keys of an adapter may be. The prefix of the client stands before them, and the name of a namespace with its
 * number, so that what is left depends on the client: a key that is too long only for some of the texts that come from
 * outside would be found in production.
 */

import type { Client, Namespace } from "../../mod.ts";
import { prefixBytesOf } from "../prefix_bytes.ts";
import { LEAST_KEY_BYTES } from "./adapter_key.ts";

/**
 * Gives the most bytes of a key.
 *
 * @param name The name of a namespace in which the keys are to be, if there is one.
 * @throws {RangeError} If the prefix of the client leaves no room.
 */
export function keyRoom(client: Client | Namespace, name?: string): number {
  const isClient = "explain" in client;
  const prefix = isClient ? prefixBytes(client) : HIDDEN_PREFIX;
  const space = name ?? (isClient ? undefined : client.name);
  const taken = prefix +
    (space === undefined ? 0 : ENCODER.encode(space).length + GENERATION_BYTES);
  if (isClient && taken + LEAST_KEY_BYTES > MOST_WIRE_BYTES) {
    throw new RangeError(
      `Cannot use a client with a prefix of ${prefix} bytes as it leaves no room for keys: it must be <= ${
        MOST_WIRE_BYTES - LEAST_KEY_BYTES - taken + prefix
      }`,
    );
  }
  return Math.max(LEAST_KEY_BYTES, Math.min(MOST_KEY_BYTES, MOST_SPLIT_BYTES - taken));
}

/** A client of another copy of the package tells it once its servers are known. */
function prefixBytes(client: Client): number {
  return prefixBytesOf(client) ?? client.explain("k").wireKey.length - 1;
}

/** Longer keys are cut even if there is room: nobody reads them. */
const MOST_KEY_BYTES = 150;
/** Of the longest key that memcached takes; and of that of a value that is split, where that can be had. */
const MOST_WIRE_BYTES = 250;
const MOST_SPLIT_BYTES = 200;
/** A number in base 36, and the colons around it. */
const GENERATION_BYTES = 15;
/** A namespace does not tell the prefix of its client: as many bytes are left for that. */
const HIDDEN_PREFIX = 30;

const ENCODER = new TextEncoder();
