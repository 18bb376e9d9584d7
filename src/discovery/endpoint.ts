/** Where a configuration endpoint is. */

import { aText } from "../checks/check.ts";

/**
 * Reads `host[:port]`, `[v6]` or `[v6]:port`.
 *
 * @throws {TypeError} If it is no such text.
 */
export function parseEndpoint(
  endpoint: string,
): { readonly hostname: string; readonly port: number } {
  aText("endpoint", endpoint);
  const found = /^(?:\[([\da-f:.]+)\]|([^\s:[\]/,;|@$%{}<>"']+))(?::(\d{1,5}))?$/i.exec(endpoint);
  const port = Number(found?.[3] ?? 11211);
  if (found !== null && port >= 1 && port <= 65535) {
    return { hostname: found[1] ?? found[2], port };
  }
  throw new TypeError(
    `Cannot use endpoint ${JSON.stringify(endpoint)} as it must be host[:port]`,
  );
}

/** Makes a server string. */
export function addressOf(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
