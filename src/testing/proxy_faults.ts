/** What can go wrong on the connections of a {@linkcode FaultProxy}. Several at once are possible. */
export interface ProxyFaults {
  /** Replies arrive so many milliseconds later. */
  readonly delayMs?: number;
  /** Nothing passes, in either direction, for as long as this is set; then all of it does. */
  readonly stall?: boolean;
  /** The connection is closed after so many bytes of replies, counted from when this was set. */
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
  /** Replies pass at this rate. */
  readonly bytesPerSecond?: number;
  /**
   * How likely it is for each piece of data that it meets with any of this, `stall` and `refuse` excepted.
   *
   * @default {1}
   */
  readonly probability?: number;
}

/** Name of a proxy's fault. */
export type ProxyFaultKind = Exclude<keyof ProxyFaults, "probability" | "refuse">;
