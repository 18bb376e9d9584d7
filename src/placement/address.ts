/**
 * Server strings, `HOST[:PORT][ ALIAS]`, read as libmc reads them, since a cluster only agrees on the server of a key
 * if it agrees on what is hashed for each server. Some of it looks odd and is kept on purpose:
 *
 * - The first `:` ends the host; a second one ends the port, and what follows is ignored. In the alias, `:` is ordinary.
 * - The first space starts the alias, the next one ends it, and what follows is ignored. A backslash escapes a space;
 *   it stays where it is, in the name that is hashed and in the host that is dialled.
 *
 * Where libmc takes what cannot work (no host, a URL, port 0 or 70000) or what is a mistake (a space behind the port, which
 * gives the server an empty alias and so other keys), or refuses what can (IPv6 in brackets, a `:` in the
 * path of a Unix socket), this differs; `tests/vectors/differences.md` has the list.
 */

import { notAServer } from "./not_a_server.ts";
import { bracketMistake, mistakeIn } from "./server_mistakes.ts";

/** Where a server is, and what it is called. */
export interface Address {
  /** Host name or IP address to dial, an IPv6 address without its brackets; for a Unix socket its path. */
  readonly host: string;
  /** Port to dial. A Unix socket has one too, which only its ring name uses. */
  readonly port: number;
  /** Path of a Unix socket. */
  readonly path: string | undefined;
  /** Name that the server keeps wherever it moves. */
  readonly alias: string | undefined;
  /** Display name: the alias, else the path, else `host:port`. */
  readonly name: string;
  /** Name that libmc hashes for the points of the server on the ring. */
  readonly ringName: string;
}

/** Port of a server that names none. Ring names leave it out. */
export const DEFAULT_PORT = 11211;

/** The longest host or alias in bytes. libmc cuts them, a little above this. */
const MAX_HOST_BYTES = 1024;

/**
 * Reads a server string: `host[:port][ alias]`, `[v6][:port][ alias]` or `/path/to.sock[ alias]`.
 *
 * @throws {TypeError} If the text is no string, or no server string.
 * @throws {RangeError} If the port is not in 1 to 65535, or host or alias are too long.
 */
export function parseAddress(text: string): Address {
  if (typeof text !== "string") throw notAServer(text);
  if (!text.isWellFormed()) throw badServer(text, "it contains half of a surrogate pair");
  if (text.includes("\0")) throw badServer(text, "it contains NUL");
  const [place, alias] = splitAlias(text);
  if (place === "") {
    throw badServer(
      text,
      alias === undefined || alias === ""
        ? `it is empty: write "host" or "host:port"`
        : `it has no host before its first space: write ${JSON.stringify(text.trim())}`,
    );
  }
  const mistake = mistakeIn(place, text.slice(place.length + 1));
  if (mistake !== undefined) throw badServer(text, mistake);
  if (alias === "") {
    throw badServer(text, `no alias follows its space: write ${JSON.stringify(place)}`);
  }
  if (alias !== undefined) checkBytes(text, "alias", alias);
  if (place.startsWith("[")) return parseBracketed(text, place, alias);
  const [host, portText] = splitPort(text, place);
  checkBytes(text, "host", host);
  return addressOf(host, readPort(text, portText), alias);
}

/** Makes an address of its three parts; a host that begins with `/` is the path of a Unix socket. */
export function addressOf(host: string, port: number, alias: string | undefined): Address {
  const path = host.startsWith("/") ? host : undefined;
  const shown = host.includes(":") && path === undefined ? `[${host}]` : host;
  return {
    host,
    port,
    path,
    alias,
    name: alias ?? path ?? `${shown}:${port}`,
    ringName: alias ?? (port === DEFAULT_PORT ? shown : `${shown}:${port}`),
  };
}

/** Splits a server string at its first free space; the next one ends the alias. */
function splitAlias(text: string): [place: string, alias: string | undefined] {
  const start = freeSpace(text, 0);
  if (start === -1) return [text, undefined];
  const end = freeSpace(text, start + 1);
  return [text.slice(0, start), text.slice(start + 1, end === -1 ? text.length : end)];
}

/** Index of the next space that no backslash escapes; two backslashes cancel out. */
function freeSpace(text: string, from: number): number {
  if (!text.includes("\\")) return text.indexOf(" ", from);
  let escaped = false;
  for (let i = from; i < text.length; i++) {
    if (text[i] === " " && !escaped) return i;
    escaped = text[i] === "\\" && !escaped;
  }
  return -1;
}

/** A `:` in the path of a Unix socket starts a port where libmc can read one, and is part of the path elsewhere. */
function splitPort(text: string, place: string): [host: string, portText: string | undefined] {
  const [host, portText] = place.split(":", 2);
  if (host === "") throw badServer(text, 'it has no host: write "host" or "host:port"');
  if (portText === undefined || INTEGER.test(portText)) return [host, portText];
  if (place.startsWith("/") && !place.endsWith(":")) return [place, undefined];
  // What stands behind a port, as the path of a URL.
  const [port] = /^\d+(?=[/?#.])/.exec(portText) ?? [];
  throw badServer(
    text,
    `its port is not a number: ${JSON.stringify(portText)}; write ` +
      (port === undefined ? `"${host}" or "${host}:${DEFAULT_PORT}"` : `"${host}:${port}"`),
  );
}

/** `[v6]` or `[v6]:port`. No libmc client can reach such a server, so that its ring name is ours to choose. */
function parseBracketed(text: string, place: string, alias: string | undefined): Address {
  const found = BRACKETED.exec(place);
  if (found === null || !URL.canParse(`http://[${found[1]}]/`)) {
    throw badServer(text, bracketMistake(place));
  }
  const [, host, zone = "", portText] = found;
  return addressOf(host + zone, readPort(text, portText), alias);
}

function readPort(text: string, portText: string | undefined): number {
  if (portText === undefined) return DEFAULT_PORT;
  const port = Number(portText.replaceAll("_", ""));
  if (port >= 1 && port <= 65535) return port;
  throw new RangeError(
    `Cannot use server ${JSON.stringify(text)} as its port must be in 1 to 65535: ` +
      `current value is ${portText.trim()}`,
  );
}

function checkBytes(text: string, part: "host" | "alias", value: string): void {
  // Nearly all are short, and a list may have a thousand of them.
  if (value.length * 3 <= MAX_HOST_BYTES) return;
  const bytes = new TextEncoder().encode(value).length;
  if (bytes <= MAX_HOST_BYTES) return;
  throw new RangeError(
    `Cannot use server ${JSON.stringify(text.slice(0, 60))}… as its ${part} must be ` +
      `<= ${MAX_HOST_BYTES} bytes: current size is ${bytes}`,
  );
}

function badServer(text: string, reason: string): TypeError {
  return new TypeError(`Cannot use server ${JSON.stringify(text)} as ${reason}`);
}

/** A port text as libmc takes it, by way of Python's `int()`. */
const INTEGER = /^[\t-\r]*[+-]?\d+(?:_\d+)*[\t-\r]*$/;
/** Address, zone with its `%`, port. */
const BRACKETED = /^\[([^\]%]+)(%[^\]]+)?\](?::(\d+))?$/;
