/** Joins the parts of one call. One object receives all of them: there is no promise for each part or key. */

import type { Deadline } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { PartReceiver, type Usage } from "../commands/receiver.ts";
import { type MemcachedError, MultiError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { Engine } from "./engine.ts";
import type { Turn } from "./key_order.ts";

/** Settles a call once all its parts are over, with the whole or with the parts that succeeded. */
export abstract class FanOut<P, R> extends PartReceiver<P> {
  protected readonly engine: Engine;
  readonly #call: Call<R>;
  /** Name of the command, for errors. */
  readonly command: string;
  /** Its place in the order of the calls for its keys, if it holds them for several steps. */
  turn: Turn | undefined;
  readonly #errors: MemcachedError[] = [];
  /** Number of parts under way, and one more until all have been sent. */
  #left = 1;

  constructor(engine: Engine, call: Call<R>, command: string) {
    super();
    this.engine = engine;
    this.#call = call;
    this.command = command;
  }

  /** When the call has taken too long. */
  get deadline(): Deadline {
    return this.#call.deadline;
  }

  override get usage(): Usage | undefined {
    return this.#call.usage;
  }

  override got(bytes: number): void {
    this.#call.got(bytes);
  }

  override get settled(): boolean {
    return this.#call.settled;
  }

  override expectParts(count: number): void {
    this.#left += count;
  }

  /** Says that no more parts are sent. */
  allSent(): void {
    this.#partOver();
  }

  /** Notes an error without ending a part. */
  note(error: MemcachedError): void {
    this.#errors.push(error);
  }

  override resolve(part: P): void {
    this.collect(part);
    this.#partOver();
  }

  override reject(error: MemcachedError): void {
    this.#errors.push(error);
    this.#partOver();
  }

  override rejectMisuse(reason: unknown): void {
    this.#call.rejectMisuse(reason);
  }

  /** Holds the keys of a turn until it ends, or until the call is over. Returns false if it is over already. */
  protected hold(turn: Turn): boolean {
    const call = this.#call;
    if (call.settled) {
      turn.end();
      return false;
    }
    this.turn = turn;
    const { onSettled } = call;
    call.onSettled = (end) => {
      turn.end();
      onSettled?.(end);
    };
    return true;
  }

  /**
   * Sends commands for many keys, grouped by server.
   *
   * @param orphaned Called with the positions of keys for which there is no server.
   */
  protected send(
    wireKeys: readonly string[],
    commandsFor: (group: KeyGroup) => Iterable<Command>,
    orphaned?: (positions: readonly number[]) => void,
  ): void {
    this.engine.sendGroups(wireKeys, this, commandsFor, orphaned);
  }

  /** Collects the result of one part. */
  protected abstract collect(part: P): void;

  /** Makes the result of the call, when all parts are over. */
  protected abstract finish(): R;

  /**
   * Called when all parts are over. An implementation that sends more parts returns true and calls
   * {@linkcode FanOut.allSent}, now or later; then this is called again.
   */
  protected sendMore(): boolean {
    return false;
  }

  /** Gives the errors as callers see them, when all parts are over. */
  protected judge(errors: readonly MemcachedError[]): readonly MemcachedError[] {
    return errors;
  }

  /** Makes the error of a strict call. */
  protected combine(errors: readonly MemcachedError[], result: R): MemcachedError {
    return new MultiError<R>(
      `Cannot ${this.command} all as ${errors.length} part(s) failed: ${errors[0].message}`,
      {
        partial: result,
        errors,
        command: this.command,
        server: errors[0].server,
        sent: errors.some((error) => error.sent === "maybe") ? "maybe" : "no",
      },
    );
  }

  #partOver(): void {
    if (--this.#left > 0 || this.#call.settled) return;
    this.#left = 1;
    try {
      if (!this.sendMore()) this.#settle();
    } catch (error) {
      // Not in the read loop, whose connection others share; and the caller must hear of it.
      this.#call.rejectMisuse(error);
    }
  }

  #settle(): void {
    const result = this.finish();
    const errors = this.judge(this.#errors);
    if (errors.length === 0) this.#call.resolve(result);
    else this.#call.settleInPart(result, errors, () => this.combine(errors, result));
  }
}
