/** What a call of `getOrSet()` wants, and what several calls for the same can join. */

import type { Call } from "../../engine/call.ts";
import type { Load, Plan } from "./options.ts";

/** What is asked for. */
export interface Wanted<T> {
  readonly key: string;
  readonly wireKey: string;
  readonly load: Load<T>;
  readonly plan: Plan<T>;
}

/** Who is given the value. */
export type Caller<T> = Pick<
  Call<T>,
  "strict" | "settled" | "onSettled" | "resolve" | "reject" | "rejectMisuse"
>;

/** A call that waits for the value. */
export interface Waiting<T> {
  readonly call: Caller<T>;
  readonly signal: AbortSignal | undefined;
}

/** A value on its way, for which other calls can wait, too. */
export interface Joinable<T> {
  join(waiting: Waiting<T>): void;
  /** Says that the client itself changes the item: what is on its way is for those who asked before, and nobody joins. */
  leave(): void;
  /** Says that the item was marked or deleted meanwhile. */
  outdate(): void;
}
