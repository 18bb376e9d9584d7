/**
 * The one family of errors. A miss, "not stored" and "exists" are results, never errors; wrong use is a TypeError or
 * a RangeError. Failures of the network or a server are a {@linkcode MemcachedError}: each says
 * which server, which command, whether anything was sent, and libmc's code for the same trouble.
 */

/** What an error knows beside its message. */
export interface MemcachedErrorOptions extends ErrorOptions {
  /** Display name of the server. */
  server?: string | undefined;
  /** Name of the command, as in `"get"`. */
  command?: string | undefined;
  /** `"no"`: the server cannot have carried out the command; `"maybe"`: it can. */
  sent?: "no" | "maybe" | undefined;
}

/** Base of every error that tells of a server, a network or a stored value. */
export class MemcachedError extends Error {
  /** Always `"MemcachedError"`. */
  override name = "MemcachedError";
  /** Display name of the server, where one is known. */
  readonly server: string | undefined;
  /** Name of the command that failed, as in `"get"`. */
  readonly command: string | undefined;
  /** `"no"`: the server cannot have carried out the command; `"maybe"`: it can. */
  readonly sent: "no" | "maybe";
  /** When it failed. */
  readonly at: Date = new Date();

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options What is known beside the message.
   */
  constructor(message: string, options: MemcachedErrorOptions = {}) {
    super(message, options);
    this.server = options.server;
    this.command = options.command;
    this.sent = options.sent ?? "no";
  }

  /** libmc's return code for this trouble, -9 to -1. */
  get code(): number {
    return MC_SERVER_ERR;
  }

  /** libmc's text for {@linkcode MemcachedError.code}. */
  get strerror(): string {
    return STRERROR[this.code] ?? "unknown";
  }

  /**
   * Tells `JSON.stringify()` all that the error knows, its message included, which an Error keeps to itself. Of the cause
   * it tells the message.
   *
   * @returns A plain object.
   */
  toJSON(): Record<string, unknown> {
    const { name, message, cause, code, strerror } = this;
    const reason = cause instanceof Error ? cause.message : cause;
    const fields: Record<string, unknown> = { name, message, code, strerror, cause: reason };
    return Object.assign(fields, this);
  }
}

/** The server could not be reached, or the connection to it broke. */
export class ConnectionError extends MemcachedError {
  /** Always `"ConnectionError"`. */
  override name = "ConnectionError";
  /** Where it failed: while dialling, writing, or reading. */
  readonly step: ConnectionStep;

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options What is known, and at which `step` the connection failed: `"dial"` unless given.
   */
  constructor(message: string, options: MemcachedErrorOptions & { step?: ConnectionStep } = {}) {
    super(message, options);
    this.step = options.step ?? "dial";
  }

  /** libmc's return code for this trouble. */
  override get code(): number {
    return STEP_CODES[this.step];
  }
}

/** Where a connection failed: while dialling, writing to it, or reading from it. */
export type ConnectionStep = "dial" | "write" | "read";

/** An answer, or the whole call, took longer than it may. */
export class TimeoutError extends MemcachedError {
  /** Always `"TimeoutError"`. */
  override name = "TimeoutError";

  /** libmc's return code for this trouble. */
  override get code(): number {
    return -6;
  }
}

/** The server answered with an error line. */
export class ReplyError extends MemcachedError {
  /** Always `"ReplyError"`. */
  override name = "ReplyError";
  /** The word that began the line. */
  readonly kind: ReplyErrorKind;

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options What is known, and the `kind` of error line.
   */
  constructor(message: string, options: MemcachedErrorOptions & { kind: ReplyErrorKind }) {
    super(message, options);
    this.kind = options.kind;
  }

  /** libmc's return code for this trouble. */
  override get code(): number {
    return this.kind === "SERVER_ERROR" ? MC_SERVER_ERR : PROGRAMMING_ERR;
  }
}

/** The three words that begin an error line, as `doc/protocol.txt` of memcached names them. */
export type ReplyErrorKind = "ERROR" | "CLIENT_ERROR" | "SERVER_ERROR";

/** The server sent bytes that cannot be the reply to what was asked. The connection is closed. */
export class ProtocolError extends MemcachedError {
  /** Always `"ProtocolError"`. */
  override name = "ProtocolError";

  /** libmc's return code for this trouble. */
  override get code(): number {
    return PROGRAMMING_ERR;
  }
}

/** The server did not answer the last dial, and its retry timeout has not passed: nothing was tried. */
export class ServerDeadError extends MemcachedError {
  /** Always `"ServerDeadError"`. */
  override name = "ServerDeadError";
}

/** A stored value could not be decoded, or a value could not be encoded without loss. */
export class CodecError extends MemcachedError {
  /** Always `"CodecError"`. */
  override name = "CodecError";

  /** libmc's return code for this trouble. */
  override get code(): number {
    return PROGRAMMING_ERR;
  }
}

/** The client was closed before or during the call. */
export class ClosedError extends MemcachedError {
  /** Always `"ClosedError"`. */
  override name = "ClosedError";
}

/** Part of a command for many keys or servers failed; the rest is in {@linkcode MultiError.partial}. */
export class MultiError<T = unknown> extends MemcachedError {
  /** Always `"MultiError"`. */
  override name = "MultiError";
  /** What the servers that answered gave. */
  readonly partial: T;
  /** What failed: commands, keys that a server refused, values that could not be decoded; at least one. */
  readonly errors: readonly MemcachedError[];

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options What is known, the `partial` result and the `errors`, at least one.
   */
  constructor(
    message: string,
    options: MemcachedErrorOptions & { partial: T; errors: readonly MemcachedError[] },
  ) {
    super(message, { cause: options.errors[0], ...options });
    this.partial = options.partial;
    this.errors = options.errors;
  }

  /** libmc's return code for this trouble. */
  override get code(): number {
    return this.errors.at(-1)?.code ?? MC_SERVER_ERR;
  }
}

const PROGRAMMING_ERR = -3;
const MC_SERVER_ERR = -4;
const STEP_CODES: Readonly<Record<ConnectionStep, number>> = {
  dial: MC_SERVER_ERR,
  write: -9,
  read: -8,
};

/** libmc's texts, by code. */
const STRERROR: Readonly<Record<number, string>> = {
  [-1]: "incomplete_buffer_error",
  [-2]: "invalid_key_error",
  [-3]: "programming_error",
  [-4]: "server_error",
  [-5]: "poll_error",
  [-6]: "poll_timeout_error",
  [-7]: "conn_poll_error",
  [-8]: "recv_error",
  [-9]: "send_error",
};
