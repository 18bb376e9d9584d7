/** Counters that one caller alone raises: whatever another key's answer is, it cannot be theirs. */

/** One counter. */
export class OwnCounter {
  readonly key: string;
  /** What it begins with: far away from where every other counter is. */
  readonly base: number;
  #raised = 0;

  private constructor(key: string, base: number) {
    this.key = key;
    this.base = base;
  }

  /** Makes a counter that no other is like. */
  static next(): OwnCounter {
    made++;
    return new OwnCounter(`counter:${made}`, made * SPACE);
  }

  /** It is about to be raised by one. */
  raise(): void {
    this.#raised++;
  }

  /** True for a number that it can have: no higher than the calls that may have raised it. */
  canBe(value: unknown): boolean {
    return typeof value === "number" && value > this.base && value <= this.base + this.#raised;
  }

  toString(): string {
    return `${this.key}, from ${this.base}, after ${this.#raised} calls`;
  }
}

let made = 0;
/** More than a counter is ever raised by; with it, millions of counters stay safe integers. */
const SPACE = 1e8;
