/** The options of a client and of its calls, their defaults and their bounds. */

import type { Codec } from "../codec/codec.ts";
import { jsCodec } from "../codec/js_codec.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Credentials } from "../commands/authentication.ts";
import { denoConnect, denoConnectTls } from "../transports/deno.ts";
import { checkTls, type TlsOptions } from "../transports/tls.ts";
import type { Connect } from "../transports/transport.ts";
import { type HashFn, KEY_HASHES } from "../placement/hashes/key_hash.ts";

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
   * Dials in place of the platform. Cannot be combined with `tls`.
   *
   * @default {denoConnect}
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
  /** Time and timers, for tests. */
  clock?: Clock;
}

/** Options of one call. What is no object, a name that the method does not have, and a wrong type are refused. */
export interface CallOptions {
  /** Gives up when aborted: the call rejects with the signal's reason. */
  signal?: AbortSignal;
  /** In place of the client's `strict`. */
  strict?: boolean;
}

/**
 * All options, with their defaults filled in, but for what is secret: a client is printed with what it holds, and so it
 * holds neither password nor key.
 */
export type Settings = Required<Omit<ClientOptions, "auth" | "tls">> & { tls: boolean };

/**
 * Checks options and fills in the defaults.
 *
 * @throws {TypeError} If an option has the wrong type.
 * @throws {RangeError} If a number is out of range; the message names option, value and bounds.
 */
export function settingsOf(options: ClientOptions): Settings {
  checkOptions(options);
  const { auth: _secret, tls = false, ...others } = options;
  const settings: Settings = { ...DEFAULTS, ...givenOptions(others) };
  if (tls === false) return settings;
  if (options.connect !== undefined) {
    throw new TypeError(
      'Cannot use options "tls" and "connect" together: what dials decides on TLS',
    );
  }
  return { ...settings, tls: true, connect: denoConnectTls(tls === true ? {} : tls) };
}

/** The options without those that are undefined, which stand for not given. */
export function givenOptions<T extends ClientOptions>(options: T): Partial<T> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}

/** Checks what is given, name by name. */
export function checkOptions(options: ClientOptions): void {
  const type = typeOfNoOptions(options);
  if (type !== undefined) {
    throw new TypeError(`Cannot use options that are not an object: current type is ${type}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (name === "auth") {
      checkCredentials(value);
      continue;
    }
    if (name === "tls") {
      checkTls(value);
      continue;
    }
    if (!Object.hasOwn(DEFAULTS, name)) {
      throw new TypeError(`Cannot use option "${name}" as there is none of that name`);
    }
    const bounds = BOUNDS[name as keyof ClientOptions];
    if (bounds !== undefined) checkNumber(name, value, bounds);
    else checkType(name, value);
  }
}

/**
 * The type of what is no options: not an object, or one that stands for something else, as a Date, which has no name
 * that is wrong. `undefined` for options.
 */
export function typeOfNoOptions(options: unknown): string | undefined {
  if (typeof options !== "object" || options === null) return typeOf(options);
  // Of the ways to tell a plain object the fastest: 12 ns, against 28 for asking for its prototype.
  if (options.constructor === Object) return undefined;
  for (const type of NO_OPTIONS) {
    if (options instanceof type) {
      return Object.prototype.toString.call(options).slice("[object ".length, -1);
    }
  }
  return undefined;
}

function checkCredentials(value: unknown): void {
  if (typeof value !== "object" || value === null) {
    throw new TypeError(
      `Cannot use option "auth" as it must be an object: current type is ${typeOf(value)}`,
    );
  }
  const { username, password } = value as Record<string, unknown>;
  // The password is named in no message.
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

function checkNumber(name: string, value: unknown, [least, most]: readonly [number, number]): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot use option "${name}" as it must be a number: current type is ${typeOf(value)}`,
    );
  }
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(
      `Cannot use option "${name}" as it must be an integer from ${least} to ${most}: current value is ${value}`,
    );
  }
}

function checkType(name: string, value: unknown): void {
  if (name === "hashFn") {
    if (typeof value === "string" && Object.hasOwn(KEY_HASHES, value)) return;
    throw new TypeError(
      `Cannot use option "hashFn" as it must be one of ${Object.keys(KEY_HASHES).join(", ")}: ` +
        `current value is "${value}"`,
    );
  }
  const type = typeof DEFAULTS[name as keyof Settings];
  if (typeof value === type && value !== null) return checkMethods(name, value);
  const article = type === "object" ? "an" : "a";
  throw new TypeError(
    `Cannot use option "${name}" as it must be ${article} ${type}: current type is ${
      typeOf(value)
    }`,
  );
}

function checkMethods(name: string, value: unknown): void {
  for (const method of METHODS[name] ?? []) {
    const found = (value as Record<string, unknown>)[method];
    if (typeof found !== "function") {
      throw new TypeError(
        `Cannot use option "${name}" as it must have a method ${method}: current type is ${
          typeOf(found)
        }`,
      );
    }
  }
}

/** The type of a value, for a message. */
export function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}

const DEFAULTS: Settings = {
  pollTimeout: 300,
  connectTimeout: 100,
  retryTimeout: 5000,
  maxRetries: 0,
  timeout: 5000,
  failover: false,
  hashFn: "md5",
  doSplit: true,
  compThreshold: 0,
  noreply: false,
  prefix: "",
  connections: 1,
  strict: false,
  codec: jsCodec,
  connect: denoConnect,
  tls: false,
  allowFlushAll: false,
  maxPending: 100_000,
  mergeGets: true,
  itemSizeLimit: 1024 * 1024,
  inflateLimit: 128 * 1024 * 1024,
  clock: systemClock,
};

/** What is called of options that are objects. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  codec: ["encode", "decode"],
  clock: ["now", "after"],
};

/** Values of their own, which are given in place of options by mistake. */
const NO_OPTIONS: readonly (abstract new (...args: never) => unknown)[] = [
  AbortController,
  AbortSignal,
  Array,
  ArrayBuffer,
  Date,
  Error,
  Map,
  Promise,
  RegExp,
  Set,
  Object.getPrototypeOf(Uint8Array),
];

/** The longest time a timer takes. */
const MAX_MILLISECONDS = 2 ** 31 - 1;

const BOUNDS: Readonly<
  Partial<Record<keyof ClientOptions, readonly [least: number, most: number]>>
> = {
  pollTimeout: [0, MAX_MILLISECONDS],
  connectTimeout: [0, MAX_MILLISECONDS],
  retryTimeout: [0, MAX_MILLISECONDS],
  maxRetries: [0, 100],
  timeout: [0, MAX_MILLISECONDS],
  compThreshold: [0, Number.MAX_SAFE_INTEGER],
  connections: [1, 1000],
  maxPending: [1, Number.MAX_SAFE_INTEGER],
  itemSizeLimit: [1, 2 ** 30],
  inflateLimit: [1, 2 ** 30],
};
