/**
 * The names that clients hash for a server. They agree that a server is hashed by where it is, and differ in how they write
 * that. An alias takes the place of each of these names, so that a server keeps its keys when it moves.
 */

import { type Address, DEFAULT_PORT } from "./address.ts";

/** libmemcached's and twemproxy's: the host, and the port unless it is 11211. A Unix socket has port 0. */
export function libmemcachedName({ alias, path, host, port }: Address): string {
  if (alias !== undefined) return byteString(alias);
  if (path !== undefined) return byteString(`${path}:0`);
  return byteString(port === DEFAULT_PORT ? host : `${host}:${port}`);
}

/** That of all others: host and port always, or the path of a Unix socket. */
export function fullName({ alias, path, host, port }: Address): string {
  return byteString(alias ?? path ?? `${host}:${port}`);
}

/** The UTF-8 of a text, as a string with one char for each byte. */
function byteString(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  return String.fromCharCode(...new TextEncoder().encode(text));
}
