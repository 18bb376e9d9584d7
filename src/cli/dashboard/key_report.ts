/** All that can be found out about one key. */

import { type Client, UnsupportedError } from "../../../mod.ts";
import { bytesAsText, shownValue } from "./shown_value.ts";
import type { KeyReport } from "./wire.ts";

/**
 * Looks a key up. What the server knows of the item is asked first and counts as no reader; then the value is read, twice:
 * as bytes, and by the codec.
 *
 * @throws {TypeError} If the key cannot be used.
 * @throws {RangeError} If it is too long.
 */
export async function keyReport(client: Client, key: string): Promise<KeyReport> {
  const { wireKey, server, alive, goesTo, standIns, hash, point } = client.explain(key);
  const troubles: string[] = [];
  const place = {
    key,
    wireKey: readable(wireKey),
    server,
    isAlive: alive,
    ...(goesTo === undefined ? {} : { goesTo }),
    standIns: standIns.slice(0, MOST_STAND_INS).map(({ server }) => server),
    ...(hash === undefined ? {} : { hash }),
    ...(point === undefined ? {} : { point }),
  };
  const known = await knownOf(client, key, troubles);
  const stored = await storedOf(client, key, troubles);
  return { ...place, ...known, ...stored, troubles };
}

type Known = Partial<Pick<KeyReport, "size" | "ttl" | "lastAccess" | "wasRead">>;

/** Asks for what only meta commands tell. */
async function knownOf(client: Client, key: string, troubles: string[]): Promise<Known> {
  try {
    const item = await client.meta.get(key, { ...ASKED, strict: true });
    if (item === undefined) return {};
    const { size, ttl, lastAccess, hitBefore } = item;
    return {
      ...(size === undefined ? {} : { size }),
      ...(ttl === undefined ? {} : { ttl: ttl === Infinity ? null : ttl }),
      ...(lastAccess === undefined ? {} : { lastAccess }),
      ...(hitBefore === undefined ? {} : { wasRead: hitBefore }),
    };
  } catch (error) {
    // The other questions will say so as well, in the same words.
    if (error instanceof UnsupportedError) {
      troubles.push(`Its age and its time to live are not known. ${error.message}`);
    }
    return {};
  }
}

type Stored =
  & Pick<KeyReport, "isFound">
  & Partial<Pick<KeyReport, "flags" | "size" | "bytes" | "value">>;

/** Reads the item as it is stored, and its value. */
async function storedOf(client: Client, key: string, troubles: string[]): Promise<Stored> {
  try {
    const raw = await client.getRaw(key, { strict: true });
    if (raw === undefined) return { isFound: false };
    const { data, flags } = raw;
    const stored = {
      isFound: true,
      flags,
      size: data.length,
      bytes: bytesAsText(data, MOST_BYTES).text,
    };
    try {
      return { ...stored, value: shownValue(await client.get(key, { strict: true })) };
    } catch (error) {
      troubles.push(messageOf(error));
      return stored;
    }
  } catch (error) {
    troubles.push(messageOf(error));
    return { isFound: false };
  }
}

/** The bytes of a wire key: one char for each. */
function readable(wireKey: string): string {
  const bytes = Uint8Array.from(wireKey, (char) => char.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const ASKED = {
  ...{ value: false, size: true, ttl: true, hit: true, lastAccess: true },
  noBump: true,
};
const MOST_STAND_INS = 5;
const MOST_BYTES = 256;
