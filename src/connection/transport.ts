/** The seam between the client and the platform: a byte stream, and what dials one. */

/** A stream of bytes in both directions. A connection of Deno is one as it is. */
export interface Transport {
  /** Reads some bytes into `into`; resolves to their number, or `null` at the stream's end. */
  read(into: Uint8Array): Promise<number | null>;
  /**
   * Writes some of `bytes`, at least one; resolves to their number. `bytes` is lent until then. If it rejects, nothing of
   * them has left, unless {@linkcode Transport.mayWriteInPart} says otherwise.
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
