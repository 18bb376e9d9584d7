/** Decides which fault strikes, and when. The same seed and the same commands in the same order give the same faults. */

import type {
  ActiveFault,
  ConnectionFault,
  Fault,
  FaultKind,
  ReplyFault,
  ServerErrorFault,
} from "./fault.ts";
import { readFault } from "./fault_check.ts";
import type { SeededRandom } from "../random.ts";
import { canStrike } from "./reply_faults.ts";

/** The faults of one server. */
export class Faults {
  readonly random: SeededRandom;
  readonly #entries = new Set<Entry>();
  readonly #struck = new Map<FaultKind, number>();

  constructor(random: SeededRandom) {
    this.random = random;
  }

  /** Whether the server has no faults. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** How often each kind struck. Faults that were taken away since are included. */
  get struck(): ReadonlyMap<FaultKind, number> {
    return this.#struck;
  }

  /**
   * Adds a fault.
   *
   * @throws {TypeError} If it is not a fault, or an option has the wrong type or name.
   * @throws {RangeError} If an option is out of range.
   */
  add(fault: Fault): ActiveFault {
    const entry = new Entry(readFault(fault));
    this.#entries.add(entry);
    return {
      get struck(): number {
        return entry.struck;
      },
      remove: () => void this.#entries.delete(entry),
    };
  }

  /** Takes all faults away. */
  clear(): void {
    this.#entries.clear();
  }

  /** Gives the fault of this kind that strikes a new connection, if any. */
  pickForConnection<K extends ConnectionFault["kind"]>(
    kind: K,
  ): Extract<ConnectionFault, { kind: K }> | undefined {
    return this.#pick((fault) => fault.kind === kind) as
      | Extract<ConnectionFault, { kind: K }>
      | undefined;
  }

  /** Gives the fault whose error line answers a command that is not carried out, if any. */
  pickRefusal(command: string): ServerErrorFault | undefined {
    if (this.isEmpty) return undefined;
    return this.#pick((fault) =>
      fault.kind === "serverError" && refuses(fault, command) && concerns(fault, command)
    ) as ServerErrorFault | undefined;
  }

  /** Gives the fault that strikes the reply of a command that was carried out, if any. */
  pickForReply(command: string, reply: Uint8Array): ReplyFault | undefined {
    return this.#pick((fault) =>
      concerns(fault, command) && canStrike(fault, reply) &&
      !(fault.kind === "serverError" && refuses(fault, command))
    ) as ReplyFault | undefined;
  }

  #pick(matches: (fault: Fault) => boolean): Fault | undefined {
    for (const entry of this.#entries) {
      if (!matches(entry.fault) || !entry.strikes(this.random)) continue;
      this.#struck.set(entry.fault.kind, (this.#struck.get(entry.fault.kind) ?? 0) + 1);
      return entry.fault;
    }
    return undefined;
  }
}

class Entry {
  readonly fault: Fault;
  struck = 0;
  #occasions = 0;

  constructor(fault: Fault) {
    this.fault = fault;
  }

  /** Says whether it strikes this time, and counts the occasion. */
  strikes(random: SeededRandom): boolean {
    const { nth, probability, times } = this.fault;
    this.#occasions++;
    if (nth !== undefined && nth !== this.#occasions) return false;
    if (times !== undefined && this.struck >= times) return false;
    if (probability !== undefined && random.next() >= probability) return false;
    this.struck++;
    return true;
  }
}

/** Says whether an error takes the place of the command. A get changes nothing: it may fail after some of its values. */
function refuses(fault: ServerErrorFault, command: string): boolean {
  return !fault.carriedOut && command !== "get" && command !== "gets";
}

function concerns(fault: Fault, command: string): boolean {
  return !("commands" in fault) || (fault.commands?.includes(command) ?? true);
}
