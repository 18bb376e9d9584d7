/** The options of a client and of its calls, their defaults and their bounds. */

import type { Codec } from "../codec/codec.ts";
import { jsCodec } from "../codec/js_codec.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Observer } from "../observe/observer.ts";
import type { Credentials } from "../commands/authentication.ts";
import { checkTls, type TlsOptions } from "../checks/tls.ts";
import type { Connect } from "../transports/transport.ts";
import { type HashFn, KEY_HASHES } from "../placement/hashes/key_hash.ts";
import {
  aBoolean,
  aFunction,
  aText,
  type Check,
  checkOptions,
  integerFrom,
  MILLISECONDS,
  objectOf,
  objectWith,
  oneOf,
} from "../checks/check.ts";

/**
 * Options of a client that can be changed while it lives, by `config()`. Times are in milliseconds. Time in which the
 * program itself was busy, so that it could hear nothing, is neither silence nor part of a dial.
 */
export interface LiveOptions {
  /**
   * Longest silence on a connection that owes a reply; then it is closed. 0: no bound.
   *
   * @default {300}
   */
  pollTimeout?: number;
  /**
   * The whole dial, name look-up and TLS included; authentication may take as long again. 0: only `timeout` bounds it.
   *
   * @default {100}
   */
  connectTimeout?: number;
  /**
   * Pause after a failed dial, during which calls to that server fail at once.
   *
   * @default {5000}
   */
  retryTimeout?: number;
  /**
   * How often a command is sent again after its connection was lost. Only commands that may be carried out twice are:
   * the retrievals, set, touch and delete.
   *
   * @default {0}
   */
  maxRetries?: number;
  /**
   * The whole call, however many servers and chunks it needs. 0: only the silence counts.
   *
   * @default {5000}
   */
  timeout?: number;
  /**
   * The keys of a dead server go to the next one on the ring; else they miss.
   *
   * @default {false}
   */
  failover?: boolean;
  /**
   * Hash that takes a key to its server. All clients of a cluster must use the same one.
   *
   * @default {"md5"}
   */
  hashFn?: HashFn;
}

/** Options of a client. */
export interface ClientOptions extends LiveOptions {
  /**
   * Values longer than 1,000,000 bytes are stored in chunks, and read so, as libmc does.
   *
   * @default {true}
   */
  doSplit?: boolean;
  /**
   * Encoded values longer than this many bytes are compressed (zlib). 0: never.
   *
   * @default {0}
   */
  compThreshold?: number;
  /**
   * Commands that change something are sent without asking for a reply: faster, and blind.
   *
   * @default {false}
   */
  noreply?: boolean;
  /**
   * Put before every key; in a key that begins with `?`, after that mark.
   *
   * @default {""}
   */
  prefix?: string;
  /**
   * Connections to one server: one serves any number of callers; more keep small replies from waiting behind big ones.
   * They are opened one by one while calls wait for each other; one that is idle for ten seconds is closed, but not the
   * last.
   *
   * @default {1}
   */
  connections?: number;
  /**
   * A call that fails rejects; else a failed get is a miss, and a failed store is `false`.
   *
   * @default {false}
   */
  strict?: boolean;
  /**
   * Turns values into bytes and flags, and back.
   *
   * @default {jsCodec}
   */
  codec?: Codec;
  /**
   * Dials in place of the runtime: `Deno.connect`, or `node:net` on Node and Bun. Cannot be combined with `tls`.
   *
   * @default {undefined}
   */
  connect?: Connect;
  /**
   * Dials with TLS, and never without: `true`, or which certificates to trust and to show.
   *
   * @default {false}
   */
  tls?: boolean | TlsOptions;
  /**
   * Authenticates every connection (memcached's ASCII authentication, `-Y`) if the server asks for it; else the password
   * is not sent. Without `tls` it goes in the clear.
   *
   * @default {undefined}
   */
  auth?: Credentials;
  /**
   * `flushAll()` may be called.
   *
   * @default {false}
   */
  allowFlushAll?: boolean;
  /**
   * Most commands on the way to one server; beyond, calls fail at once. Gets of one tick count as one, and so does the
   * part of a call for many keys that is written together; every 16 KiB of data count as one more.
   *
   * @default {100_000}
   */
  maxPending?: number;
  /**
   * Gets of one tick to one server leave in one line, up to 100 keys.
   *
   * @default {true}
   */
  mergeGets?: boolean;
  /**
   * Longest data block the server takes, in bytes: a larger one is refused before it is sent.
   *
   * @default {1_048_576}
   */
  itemSizeLimit?: number;
  /**
   * Most bytes that a compressed value may inflate to.
   *
   * @default {134_217_728}
   */
  inflateLimit?: number;
  /**
   * Watches calls, commands and servers. Without one, a call pays nothing for it.
   *
   * @default {undefined}
   */
  observer?: Observer;
  /** Time and timers, for tests. */
  clock?: Clock;
}

/**
 * All options, with their defaults filled in, but for what is secret: a client is printed with what it holds, and so it
 * holds neither password nor key.
 */
export type Settings = Required<Omit<ClientOptions, "auth" | "connect" | "observer" | "tls">> & {
  tls: boolean;
};

/**
 * Checks options and fills in the defaults.
 *
 * @throws {TypeError} If an option has the wrong type.
 * @throws {RangeError} If a number is out of range; the message names option, value and bounds.
 */
export function settingsOf(options: ClientOptions): Settings {
  checkClientOptions(options);
  const { auth: _secret, connect, observer: _watching, tls = false, ...others } = options;
  if (tls !== false && connect !== undefined) {
    throw new TypeError(
      'Cannot use options "tls" and "connect" together: a custom dialler decides on TLS itself',
    );
  }
  return { ...DEFAULTS, ...givenOptions(others), tls: tls !== false };
}

/** Checks the options that are given. */
export function checkClientOptions(options: ClientOptions): void {
  checkOptions(undefined, options, CHECKS);
}

/**
 * Checks the options that a living client is given.
 *
 * @throws {TypeError} If one is unknown, of the wrong type, or fixed at construction.
 * @throws {RangeError} If a number is out of range.
 */
export function checkLiveOptions(options: LiveOptions): void {
  checkClientOptions(options);
  for (const name of Object.keys(options)) {
    if (OPTIONS[name as keyof ClientOptions]?.isLive) continue;
    throw new TypeError(`Cannot change option "${name}" of a living client`);
  }
}

/** The options without those that are undefined, which count as not given. */
export function givenOptions<T extends ClientOptions>(options: T): Partial<T> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}

/** What is true of an option beside what its documentation says. */
interface Option<T> {
  readonly check: Check;
  readonly fallback: T;
  /** It can be changed while the client lives. */
  readonly isLive?: boolean;
}

/** All options of a client: a new one is written here and in {@linkcode ClientOptions}. */
const OPTIONS: {
  readonly [K in keyof Required<ClientOptions>]: Option<Required<ClientOptions>[K] | undefined>;
} = {
  pollTimeout: { check: MILLISECONDS, fallback: 300, isLive: true },
  connectTimeout: { check: MILLISECONDS, fallback: 100, isLive: true },
  retryTimeout: { check: MILLISECONDS, fallback: 5000, isLive: true },
  maxRetries: { check: integerFrom(0, 100), fallback: 0, isLive: true },
  timeout: { check: MILLISECONDS, fallback: 5000, isLive: true },
  failover: { check: aBoolean, fallback: false, isLive: true },
  hashFn: { check: oneOf(...Object.keys(KEY_HASHES)), fallback: "md5", isLive: true },
  doSplit: { check: aBoolean, fallback: true },
  compThreshold: { check: integerFrom(0, Number.MAX_SAFE_INTEGER), fallback: 0 },
  noreply: { check: aBoolean, fallback: false },
  prefix: { check: aText, fallback: "" },
  connections: { check: integerFrom(1, 1000), fallback: 1 },
  strict: { check: aBoolean, fallback: false },
  codec: { check: objectWith("encode", "decode"), fallback: jsCodec },
  connect: { check: aFunction, fallback: undefined },
  tls: { check: (_name, value) => checkTls(value), fallback: false },
  auth: { check: aCredential, fallback: undefined },
  allowFlushAll: { check: aBoolean, fallback: false },
  maxPending: { check: integerFrom(1, Number.MAX_SAFE_INTEGER), fallback: 100_000 },
  mergeGets: { check: aBoolean, fallback: true },
  itemSizeLimit: { check: integerFrom(1, 2 ** 30), fallback: 1024 * 1024 },
  inflateLimit: { check: integerFrom(1, 2 ** 30), fallback: 128 * 1024 * 1024 },
  observer: { check: anObserver, fallback: undefined },
  clock: { check: objectWith("now", "after"), fallback: systemClock },
};

const CHECKS: Readonly<Record<string, Check>> = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, { check }]) => [name, check]),
);

const { auth: _none, connect: _runtime, observer: _nobody, ...fallbacks } = OPTIONS;
const DEFAULTS = Object.fromEntries(
  Object.entries(fallbacks).map(([name, { fallback }]) => [name, fallback]),
) as Settings;

function anObserver(name: string, value: unknown): void {
  const observer = objectOf(name, value);
  for (const method of ["begin", "end", "attempt", "happened"]) {
    if (observer[method] !== undefined) aFunction(`method ${method} of ${name}`, observer[method]);
  }
}

function aCredential(name: string, value: unknown): void {
  const { username, password } = objectOf(name, value);
  // No message shows the password.
  if (typeof username !== "string" || !/^[^\s:\0]+$/.test(username)) {
    throw new TypeError(
      'Cannot use option "auth.username" as it must be text without spaces and colons',
    );
  }
  // memcached takes what follows a space for something else, and never finds such a password in its file.
  if (typeof password !== "string" || !/^[^ \r\n\0]+$/.test(password)) {
    throw new TypeError(
      'Cannot use option "auth.password" as it must be text without spaces, CR, LF and NUL',
    );
  }
}
