/** The later steps: what a client can do with the server. */

import {
  type Client,
  MemcachedError,
  MultiError,
  ReplyError,
  UnsupportedError,
} from "../../../mod.ts";
import { unixTime } from "../../clock.ts";
import { failed, ok, type Said, warned } from "./finding.ts";

/** What these steps need. */
export interface UseSetUp {
  /** One of the server alone. */
  readonly client: Client;
  /** The key of the items that are stored. */
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Says what becomes of user and password. */
export async function checkPassword(
  { client, signal }: UseSetUp,
  isLocked: boolean,
  hasUser: boolean,
): Promise<Said> {
  if (!hasUser) {
    return isLocked
      ? failed(
        "the server asks for a password",
        "Give --user, and the password as LIBMC_PASSWORD or in --password-file",
      )
      : { state: "skip", text: "not asked for" };
  }
  try {
    await client.version({ signal });
    return isLocked
      ? ok("the server takes it")
      : warned("the server asks for none", "Leave out --user");
  } catch (error) {
    const only = onlyError(error);
    if (!(only?.cause instanceof ReplyError)) throw error;
    return failed(
      "the server refuses user or password",
      "Compare them with the file that memcached was given by -Y; it reads that at its start and on SIGHUP",
    );
  }
}

/** Asks for the version. */
export async function checkVersion({ client, signal }: UseSetUp): Promise<Said> {
  const [version] = (await client.version({ signal })).values();
  return ok(version);
}

/** Finds out whether the server has meta commands. */
export async function checkMeta({ client, signal }: UseSetUp): Promise<Said> {
  try {
    await client.meta.noop({ signal });
    return ok("the server has meta commands");
  } catch (error) {
    if (!(onlyError(error) instanceof UnsupportedError)) throw error;
    return warned(
      "the server has no meta commands",
      "client.meta does not work; all else does. memcached has them from 1.6.10 on, most proxies have not",
    );
  }
}

/** Stores an item of the doctor's own, reads it, and deletes it. */
export async function checkStore(
  { client, key, signal }: UseSetUp,
  bytes: number,
): Promise<Said> {
  const value = crypto.getRandomValues(new Uint8Array(Math.min(bytes, 65_536)));
  const data = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += value.length) data.set(value.subarray(0, bytes - at), at);
  try {
    if (!await client.setRaw(key, data, { flags: 0, exptime: LIFE, signal })) {
      return failed(
        "the server stored nothing, and gave no reason",
        "A proxy may have lost the server behind it",
      );
    }
    const read = (await client.getRaw(key, { signal }))?.data;
    if (read === undefined) {
      return failed(
        "what was stored is gone at once",
        "The server has too little memory (-m), or a proxy reads from another server than it writes to",
      );
    }
    if (!same(read, data)) return failed("other bytes were read than were stored");
    return ok(
      `${bytes === 1_000_000 ? "a value of 1 MB" : `${bytes} bytes`} stored, read and deleted`,
    );
  } catch (error) {
    const said = storeFailure(onlyError(error), bytes);
    if (said === undefined) throw error;
    return said;
  } finally {
    await client.delete(key, { strict: false });
  }
}

/** Seconds, so that nothing stays if the program is killed. */
const LIFE = 60;

function storeFailure(error: unknown, bytes: number): Said | undefined {
  if (!(error instanceof ReplyError)) return undefined;
  const { message } = error;
  if (/too large/.test(message)) {
    return warned(
      `the server takes no items of ${bytes} bytes: ${message}`,
      "Start memcached with a larger -I, or give clients a smaller itemSizeLimit",
    );
  }
  if (/out of memory/.test(message)) {
    return failed(
      `the server can read, and store no more: ${message}`,
      "Its memory is full, and it was started with -M, or one class of sizes has no page: raise -m",
    );
  }
  return failed(`the server stores nothing: ${message}`, "A replica or a proxy may be read-only");
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Compares the clocks of server and client: an item is given a time at which it expires, and asked how long it has. */
export async function checkClock(setUp: UseSetUp, hasMeta: boolean): Promise<Said> {
  const skew = hasMeta ? await skewByItem(setUp) : await skewByStats(setUp);
  if (skew === undefined) return { state: "skip", text: "the server does not tell its time" };
  if (Math.abs(skew) <= MOST_SKEW) return ok("the same as here, to two seconds");
  const word = skew > 0 ? "ahead" : "behind";
  return warned(
    `the server is ${Math.abs(skew)} s ${word}`,
    "Times that are dates (and exptimes above 30 days) are off by that: set the clocks of both machines (NTP), and start memcached anew if its machine's was set since, as it counts from its start",
  );
}

/** Seconds. The server's clock turns once a second, and so does ours. */
const MOST_SKEW = 2;

async function skewByItem({ client, key, signal }: UseSetUp): Promise<number | undefined> {
  try {
    const until = new Date(1000 * (unixTime() + SPAN));
    await client.setRaw(key, new Uint8Array(1), { flags: 0, exptime: until, signal });
    const item = await client.meta.get(key, { value: false, ttl: true, signal });
    // A clock that is ahead by more than the span has let the item expire.
    return item?.ttl === undefined ? SPAN : until.getTime() / 1000 - unixTime() - item.ttl;
  } finally {
    await client.delete(key, { strict: false });
  }
}

const SPAN = 100_000;

async function skewByStats({ client, signal }: UseSetUp): Promise<number | undefined> {
  const stats = await client.stats("", { strict: false, signal });
  const [{ time } = { time: undefined }] = stats.values();
  return time === undefined ? undefined : Number(time) - unixTime();
}

/** The error of one server, from that of a call to all of the servers, which here are one. */
export function onlyError(error: unknown): MemcachedError | undefined {
  if (error instanceof MultiError) return error.errors[0];
  return error instanceof MemcachedError ? error : undefined;
}
