/** Bounds the loads of a process while memcached is away, when no lease holds anybody back. */

import type { Clock } from "../../clock.ts";
import { TimeoutError } from "../../errors.ts";

/** Lets so many loads run at once. The others wait in line. */
export class LoadGate {
  readonly #most: number;
  readonly #clock: Clock;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(most: number, clock: Clock) {
    this.#most = most;
    this.#clock = clock;
  }

  /**
   * Waits for a place, which the caller must leave.
   *
   * @param timeout Milliseconds that it may take; 0: no limit.
   * @param signal Ends the wait.
   * @throws {TimeoutError} If there was no place in time.
   */
  enter(timeout: number, signal: AbortSignal): Promise<void> {
    if (this.#running < this.#most) {
      this.#running++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(enter);
        cancel();
        signal.removeEventListener("abort", giveUp);
      };
      const enter = () => {
        end();
        this.#running++;
        resolve();
      };
      const giveUp = () => {
        end();
        reject(signal.reason);
      };
      const late = () => {
        end();
        reject(
          new TimeoutError(
            `Cannot getOrSet as memcached is away and ${this.#most} loads are running already, the option maxLoads`,
            { command: "getOrSet" },
          ),
        );
      };
      const cancel = timeout === 0 ? () => {} : this.#clock.after(timeout, late);
      signal.addEventListener("abort", giveUp);
      this.#waiting.add(enter);
    });
  }

  leave(): void {
    this.#running--;
    for (const enter of this.#waiting) return enter();
  }
}
