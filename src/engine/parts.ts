/** A call in parts, as the engine sees it while it sends them. */

import type { Deadline } from "../clock.ts";
import { unplacedError } from "../cluster/server_errors.ts";
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

/** Gives a fan-out as it is while it has a turn, which ends when all its parts are sent. */
export function inItsTurn(fanOut: Parts, turn: Turn): Parts {
  return {
    deadline: fanOut.deadline,
    command: fanOut.command,
    turn,
    get settled() {
      return fanOut.settled;
    },
    expectParts: (count) => fanOut.expectParts(count),
    note: (error) => fanOut.note(error),
    allSent() {
      turn.end();
      fanOut.allSent();
    },
  };
}

/** Makes the error for parts that could not be sent, as a distribution of the user's has thrown. */
export function unplaced(cause: unknown): MemcachedError {
  return unplacedError(undefined, cause);
}
