/**
 * What can go wrong on the connections of a {@linkcode FaultProxy}. Several at once are possible. Other names, and
 * values out of the bounds named here, are refused.
 */
export interface ProxyFaults {
  /** Replies arrive so many milliseconds later: an integer from 0 to 2,147,483,647. */
  readonly delayMs?: number;
  /** Nothing passes, in either direction, for as long as this is set; then all of it does. */
  readonly stall?: boolean;
  /** The connection is closed after so many bytes of replies, counted from when this was set: an integer, at least 0. */
  readonly dropAfter?: number;
  /** Replies leave byte by byte; the first and last 32 bytes of each piece of data surely arrive so. */
  readonly singleBytes?: boolean;
  /**
   * The connection is reset: when a request arrives, which then never reaches the server, or when its reply does, so
   * that the server has carried it out.
   */
  readonly reset?: "request" | "reply";
  /** New connections are refused. Open ones stay. */
  readonly refuse?: boolean;
  /** Replies pass at this rate: an integer, at least 1. */
  readonly bytesPerSecond?: number;
  /**
   * How likely it is for each piece of data that it meets with any of this, `stall` and `refuse` excepted: from 0,
   * never, to 1, always.
   *
   * @default {1}
   */
  readonly probability?: number;
}

/** Name of a proxy's fault. */
export type ProxyFaultKind = Exclude<keyof ProxyFaults, "probability" | "refuse">;
