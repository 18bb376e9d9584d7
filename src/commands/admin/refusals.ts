/** The lines with which a server declines a command of administration, each with the way out. */

import {
  type MemcachedError,
  type MemcachedErrorOptions,
  ReplyError,
  type ReplyErrorKind,
  UnsupportedError,
} from "../../errors.ts";

/** Where a line came from. */
export interface LineOrigin {
  readonly server: string;
  readonly command: string;
  /** Gives a line as an error shows it. */
  readonly shown: (line: string) => string;
}

/** Makes the error for a line that declines a command; `undefined` if it does not. */
export function refusalOf(line: string, origin: LineOrigin): MemcachedError | undefined {
  const kind = line.slice(0, (line + " ").indexOf(" ")) as ReplyErrorKind;
  if (!KINDS.has(kind)) return undefined;
  const { server, command } = origin;
  const said = `Cannot ${command} as ${server} answered ${origin.shown(line)}`;
  const where: MemcachedErrorOptions = { server, command };
  const unsupported = UNSUPPORTED.get(line);
  if (unsupported !== undefined) return new UnsupportedError(`${said}: ${unsupported}`, where);
  const advice = ADVICE.get(kind);
  const message = advice === undefined ? said : `${said}: ${advice}`;
  // Any other word says that it has done nothing.
  return new ReplyError(message, {
    ...where,
    kind,
    sent: kind === "SERVER_ERROR" ? "maybe" : "no",
  });
}

/** Lines that the server will give each time. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  [
    "ERROR",
    "it does not know the command, or was started without the part that carries it out, as proxies, old versions, " +
    "and memcached with -o no_lru_maintainer",
  ],
  [
    "CLIENT_ERROR lru crawler disabled",
    'start memcached without -o no_lru_crawler, or send "lru_crawler enable" by admin.raw()',
  ],
  ["ERROR metadump not allowed", "start memcached without -X"],
  ["CLIENT_ERROR watch commands not allowed", "start memcached without -W"],
  ["CLIENT_ERROR slab reassignment disabled", "start memcached with -o slab_reassign"],
]);

/** What to do about the other lines, by their first word. */
const ADVICE: ReadonlyMap<ReplyErrorKind, string> = new Map<ReplyErrorKind, string>([
  ["BUSY", "it is doing the same for somebody else, so try again later"],
  ["WATCHER_TOO_MANY", "it takes 20 watchers, so close one"],
  ["NOSPARE", "the class that is to give a page has none to spare"],
]);

const KINDS: ReadonlySet<ReplyErrorKind> = new Set<ReplyErrorKind>([
  ...["ERROR", "CLIENT_ERROR", "SERVER_ERROR"] as const,
  ...["BADCLASS", "BUSY", "NOSPARE", "NOTFULL", "NOTSTARTED", "SAME", "UNSAFE"] as const,
  ...["MEMLIMIT_ADJUST_FAILED", "MEMLIMIT_TOO_SMALL"] as const,
  ...["WATCHER_FAILED", "WATCHER_TOO_MANY"] as const,
]);
