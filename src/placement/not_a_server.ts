/** Errors for servers, or lists of servers, that are not strings, with the right form. */

import { typeOf } from "../checks/check.ts";
import { FORMS } from "./server_mistakes.ts";

/** Makes the error for a value that is no server string. */
export function notAServer(value: unknown): TypeError {
  return new TypeError(
    `Cannot use a server that is not a string: current type is ${typeOf(value)}; ${
      adviceFor(value)
    }`,
  );
}

/** Makes the error for a value that is neither a server string nor a list of them. */
export function notServers(value: unknown): TypeError {
  const advice = value instanceof Set ? "write it as a list, [...servers]" : adviceFor(value);
  return new TypeError(
    `Cannot use servers that are neither a string nor an array: current type is ${
      typeOf(value)
    }; ` +
      advice,
  );
}

/** Says that a value names a server, but by a form of its own: a URL, host and port, a list. */
export function isServerOfOtherForm(value: object): boolean {
  return Array.isArray(value) || value instanceof URL || hostAndPort(value) !== undefined;
}

function adviceFor(value: unknown): string {
  if (typeof (value as { then?: unknown } | undefined | null)?.then === "function") {
    return "await it";
  }
  if (value instanceof URL) return `write ${JSON.stringify(value.host || value.pathname)}`;
  if (Array.isArray(value)) {
    const [host, port] = value;
    return typeof host === "string" && typeof port === "number"
      ? `write ${JSON.stringify(`${host}:${port}`)}`
      : "write its servers into the list itself";
  }
  const form = hostAndPort(value);
  return form === undefined ? FORMS : `write ${JSON.stringify(form)}`;
}

/** The server string for an object that has host and port, as many libraries take them. */
function hostAndPort(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { host, hostname = host, port } = value as Readonly<Record<string, unknown>>;
  if (typeof hostname !== "string") return undefined;
  const place = hostname.includes(":") ? `[${hostname}]` : hostname;
  return port === undefined ? place : `${place}:${port}`;
}
