/** Receives the outcome of a command. */

import type { MemcachedError } from "../errors.ts";

/** Counts what the commands of some calls carry, and how often they were sent again. */
export interface Usage {
  /** Bytes of the items that came, as they are stored. */
  bytesRead: number;
  /** Bytes of the items that were sent, each time that they were. */
  bytesWritten: number;
  resends: number;
}

/** Receives one outcome. Once the caller has gone, it is `settled` and ignores everything. */
export abstract class Receiver<T> {
  /** Where its commands are counted; `undefined` if nowhere. */
  get usage(): Usage | undefined {
    return undefined;
  }

  /** Says that so many bytes of items have come, before their outcome is received. */
  got(_bytes: number): void {}

  abstract readonly settled: boolean;
  abstract resolve(value: T): void;
  abstract reject(error: MemcachedError): void;
  /** Rejects, strict or not, because the caller cannot have the outcome in the form asked for. */
  abstract rejectMisuse(reason: unknown): void;

  /**
   * Makes a receiver of another type, which passes the changed outcome on to this one.
   *
   * @param change Turns the outcome into one of this receiver's type. An error that it throws is misuse.
   */
  map<S>(change: (value: S) => T): Receiver<S> {
    return new MappedReceiver(this, change);
  }
}

class MappedReceiver<S, T> extends Receiver<S> {
  readonly #target: Receiver<T>;
  readonly #change: (value: S) => T;

  constructor(target: Receiver<T>, change: (value: S) => T) {
    super();
    this.#target = target;
    this.#change = change;
  }

  override get usage(): Usage | undefined {
    return this.#target.usage;
  }

  override got(bytes: number): void {
    this.#target.got(bytes);
  }

  override get settled(): boolean {
    return this.#target.settled;
  }

  override resolve(value: S): void {
    let changed: T;
    try {
      changed = this.#change(value);
    } catch (error) {
      return this.#target.rejectMisuse(error);
    }
    this.#target.resolve(changed);
  }

  override reject(error: MemcachedError): void {
    this.#target.reject(error);
  }

  override rejectMisuse(reason: unknown): void {
    this.#target.rejectMisuse(reason);
  }
}

/** Receives the outcomes of several commands, which are parts of one call. */
export abstract class PartReceiver<T> extends Receiver<T> {
  /** Says that so many more outcomes will come. */
  abstract expectParts(count: number): void;
}

/** Counts for a receiver that so many bytes of items are sent. */
export function sentItems({ usage }: Receiver<never>, bytes: number): void {
  if (usage !== undefined) usage.bytesWritten += bytes;
}
