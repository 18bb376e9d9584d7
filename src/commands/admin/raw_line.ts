/** Command lines of a user's own: which may be sent, and where their reply ends. */

import { aText } from "../../checks/check.ts";

/**
 * Checks a line that is sent as it is.
 *
 * @returns The word that begins it.
 * @throws {TypeError} If it is empty or has a control character, or is a command that has a method, or whose reply does not
 *   end.
 * @throws {RangeError} If it is so long that memcached closes the connection.
 */
export function checkRawLine(line: string): string {
  aText("line", line);
  if (CONTROL.test(line) || !line.isWellFormed()) {
    throw new TypeError(
      `Cannot send line ${
        JSON.stringify(line)
      } as it must be one line: it has a control character or half of a surrogate pair`,
    );
  }
  const { length } = new TextEncoder().encode(line);
  if (length > MOST_BYTES) {
    throw new RangeError(
      `Cannot send line as it must be <= ${MOST_BYTES} bytes: current size is ${length}`,
    );
  }
  const words = line.split(" ").filter((word) => word !== "");
  const [name, second = ""] = words;
  if (name === undefined) throw new TypeError("Cannot send an empty line");
  const reason = WITH_METHODS.get(name) ??
    (name === "lru_crawler" && isDump(second)
      ? "its reply has no bound: use admin.keys()"
      : null) ??
    (words.at(-1) === "noreply" ? "noreply leaves nothing to wait for" : null);
  if (reason === null) return name;
  throw new TypeError(`Cannot send line ${JSON.stringify(line)} as ${reason}`);
}

/** True if more lines follow one, up to `END`. */
export function isFollowed(line: string): boolean {
  return LISTED.some((start) => line.startsWith(start));
}

/** memcached takes the beginning of the word for all of it. */
function isDump(word: string): boolean {
  return word !== "" && ["metadump", "mgdump"].some((dump) => dump.startsWith(word));
}

/** Commands that have methods, which know the prefix and the servers of keys, and data, which no line has. */
const WITH_METHODS: ReadonlyMap<string, string> = new Map([
  ...["get", "gets", "gat", "gats"].map((name) => withReason(name, "get(), getMulti() and others")),
  ...["set", "add", "replace", "append", "prepend", "cas"].map((name) =>
    withReason(name, "set(), setRaw() and others")
  ),
  ...["delete", "touch", "incr", "decr"].map((name) => withReason(name, `${name}()`)),
  ...["mg", "ms", "md", "ma"].map((name) => withReason(name, "meta")),
  withReason("flush_all", "flushAll()"),
  withReason("watch", "admin.watch()"),
  ["quit", "the connection closes by itself"],
]);

function withReason(name: string, method: string): [string, string] {
  return [name, `${name} has a method: use ${method}`];
}

const CONTROL = /\p{Cc}/u;
/** The first words of replies of several lines. */
const LISTED = ["STAT ", "ITEM ", "PREFIX ", "CONFIG "];
/** memcached closes the connection for a longer line, unless it is one of get. */
const MOST_BYTES = 2000;
