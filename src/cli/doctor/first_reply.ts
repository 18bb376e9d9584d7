/** Who is at the other end, by the first thing that it says. */

import type { Transport } from "../../../mod.ts";
import type { Clock } from "../../clock.ts";
import { visible } from "../visible.ts";
import { failed, ok, type Said, warned } from "./finding.ts";

/** The beginning of the first reply: `""` if the connection was closed without one, `undefined` if nothing came in time. */
export type FirstReply = string | undefined;

/** Asks for the version, and gives what comes first. The transport is closed then. */
export async function firstReply(
  transport: Transport,
  clock: Clock,
  timeout: number,
): Promise<FirstReply> {
  const found = await replyTo(new TextEncoder().encode("version\r\n"), transport, clock, timeout);
  return found === undefined ? undefined : new TextDecoder("latin1").decode(found);
}

/**
 * Asks for the version in memcached's binary protocol, and tells whether the answer is in it, too. A server that was told to
 * speak nothing else waits for the rest of a line of text for ever.
 */
export async function speaksBinary(
  transport: Transport,
  clock: Clock,
  timeout: number,
): Promise<boolean> {
  const found = await replyTo(BINARY_VERSION, transport, clock, timeout);
  return found?.[0] === BINARY_REPLY;
}

/** A request without key, extras and value: magic, opcode 0x0b, and zeros. */
const BINARY_VERSION = Uint8Array.from({ length: 24 }, (_, index) => [0x80, 0x0b][index] ?? 0);
const BINARY_REPLY = 0x81;

/** Writes, and gives what comes until a line is over or nothing more comes. */
async function replyTo(
  request: Uint8Array,
  transport: Transport,
  clock: Clock,
  timeout: number,
): Promise<Uint8Array | undefined> {
  let isLate = false;
  const cancel = clock.after(timeout, () => {
    isLate = true;
    transport.close();
  });
  const buffer = new Uint8Array(512);
  let length = 0;
  try {
    await transport.write(request);
    while (length < buffer.length && !isWhole(buffer.subarray(0, length))) {
      const count = await transport.read(buffer.subarray(length));
      if (count === null) break;
      length += count;
    }
  } catch {
    // What came before is all that there is.
  }
  cancel();
  if (!isLate) transport.close();
  if (isLate && length === 0) return undefined;
  return buffer.subarray(0, length);
}

/** True if enough is there to know who speaks. */
function isWhole(reply: Uint8Array): boolean {
  return reply[0] === BINARY_REPLY || reply.includes(LINE_FEED);
}

const LINE_FEED = 10;

/** What a first reply shows of who gave it. */
export type Speaker =
  | "memcached"
  | "locked memcached"
  | "proxy"
  | "TLS server"
  | "other"
  | "nobody";

/** Tells who gave a reply. */
export function speakerOf(reply: FirstReply): Speaker {
  if (reply === undefined || reply === "") return "nobody";
  if (reply.startsWith("VERSION ")) return "memcached";
  if (/^CLIENT_ERROR unauthenticated/.test(reply)) return "locked memcached";
  if (/^(?:ERROR|CLIENT_ERROR|SERVER_ERROR)\b/.test(reply)) return "proxy";
  // A TLS record: an alert, or the beginning of a handshake.
  return TLS_RECORDS.some((start) => reply.startsWith(start)) ? "TLS server" : "other";
}

const TLS_RECORDS = ["\x15\x03", "\x16\x03"] as const;

/** Says what came, where the speaker is no TLS server that is spoken to in the clear. */
export function saidFirst(reply: FirstReply, timeout: number): Said {
  switch (speakerOf(reply)) {
    case "memcached":
      return ok("it is a memcached");
    case "locked memcached":
      return ok("it is a memcached that asks for a password");
    case "proxy":
      return warned(
        `it speaks memcached's protocol, and answers "version" with ${quoted(reply!)}`,
        "A proxy may do so: `get` and `set` can work all the same; stats, keys and watch will not",
      );
    case "TLS server":
      return failed("it speaks TLS, also to who does not", "Give --tls");
    case "nobody":
      return reply === undefined
        ? failed(
          `it takes connections, and was silent for ${timeout} ms`,
          "memcached hangs or is stopped, or another kind of server listens on this port",
        )
        : failed(
          "it hung up without a word",
          "It is full (memcached's -c), a proxy without servers behind it, or no memcached: check the port",
        );
    case "other":
      return failed(
        otherKind(reply!),
        "Check the port: memcached's is 11211 unless -p says otherwise",
      );
  }
}

function otherKind(reply: string): string {
  const found = OTHERS.find(([words]) => words.test(reply));
  const kind = found === undefined ? "is no memcached" : `is no memcached but ${found[1]}`;
  return `it ${kind}: it said ${quoted(reply)}`;
}

const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/^HTTP\/|^<(?:!doctype|html)/i, "an HTTP server"],
  [/^-(?:ERR|NOAUTH|DENIED|WRONGPASS)/, "a Redis or Valkey"],
  [/^SSH-/, "an SSH server"],
  [/^220[ -]/, "a mail or FTP server"],
  [/mysql|mariadb|caching_sha2_password/i, "a MySQL"],
];

function quoted(reply: string): string {
  const [line] = reply.split(/\r?\n/);
  return JSON.stringify(visible(line.length > 60 ? `${line.slice(0, 60)}…` : line));
}
