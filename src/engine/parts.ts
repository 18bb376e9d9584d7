/** A call in parts, as the engine sees it while it sends them. */

import type { Deadline } from "../clock.ts";
import type { MemcachedError } from "../errors.ts";
import type { Turn } from "./key_order.ts";

/** The side of a fan-out that sends its parts. */
export interface Parts {
  readonly deadline: Deadline;
  /** Name of the command, for errors. */
  readonly command: string;
  readonly settled: boolean;
  /** Its place in the order of the calls for its keys, if it has begun a call of several steps. */
  readonly turn: Turn | undefined;
  expectParts(count: number): void;
  note(error: MemcachedError): void;
  allSent(): void;
}
