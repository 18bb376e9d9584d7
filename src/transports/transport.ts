/** The seam between the client and the platform: a byte stream, and what dials one. */

import type { TlsOptions } from "../checks/tls.ts";

/**
 * A stream of bytes in both directions. A connection of Deno is one as it is. One whose `read` or `write` gives a number
 * that cannot be is taken for broken: it is closed, and its calls fail with a ConnectionError.
 */
export interface Transport {
  /**
   * Reads some bytes into `into`, at least one and at most `into.length`; resolves to their number, or `null` at the
   * stream's end.
   */
  read(into: Uint8Array): Promise<number | null>;
  /**
   * Writes some of `bytes` from their beginning, at least one; resolves to their number. `bytes` is lent until then. If
   * it rejects, nothing of them has left, unless {@linkcode Transport.mayWriteInPart} says otherwise.
   */
  write(bytes: Uint8Array): Promise<number>;
  /** True if a write that rejects may have sent part of its bytes: then what it held is not sent again elsewhere. */
  readonly mayWriteInPart?: boolean;
  /** Closes both directions at once; a read or a write under way ends or rejects. */
  close(): void;
  /** Lets the program end although the stream is open, where the platform keeps it running otherwise. */
  unref?(): void;
}

/** Where to dial: a TCP port, or a Unix socket. */
export type Endpoint =
  | { readonly hostname: string; readonly port: number }
  | { readonly path: string };

/**
 * Dials a server. What it throws becomes the `cause` of a ConnectionError.
 *
 * @param endpoint Where to.
 * @param signal Aborted when the connect timeout passes or the client is closed: the dial is then to reject, and a
 * transport that comes too late is closed by the caller.
 */
export type Connect = (endpoint: Endpoint, signal: AbortSignal) => Promise<Transport>;

/** How a runtime dials. */
export interface Platform {
  /** Dials in the clear. */
  readonly connect: Connect;
  /** Makes what dials with TLS, and with nothing else. */
  connectTls(tls: TlsOptions): Connect;
}

/** True if a read or a write may give this number, where there was room for `most` bytes, or as many were offered. */
export function isCount(count: number, most: number): boolean {
  return Number.isInteger(count) && count > 0 && count <= most;
}

/** The error for any other. */
export function impossibleCount(what: "read" | "write", count: unknown, most: number): RangeError {
  return new RangeError(
    `Cannot use transport as its ${what} must give from 1 to ${most} bytes: current value is ${count}`,
  );
}
