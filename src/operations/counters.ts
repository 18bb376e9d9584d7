/**
 * Counters that begin by themselves: incr and decr with `initial`. A server that speaks meta commands does it in one
 * step. Any other is asked to count, then to add, then to count again, as somebody else may have been faster; calls of
 * this client for the key wait meanwhile.
 */

import { checkUnsigned, checkUnsigned64, wireExptime } from "../checks/arguments.ts";
import { ArithmeticCommand } from "../commands/arithmetic.ts";
import { type Counted, metaArithmetic } from "../commands/meta/arithmetic.ts";
import { MetaCommand } from "../commands/meta/meta_command.ts";
import type { Receiver } from "../commands/receiver.ts";
import { StorageCommand } from "../commands/storage.ts";
import type { Call } from "../engine/call.ts";
import type { CountOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { Turn } from "../engine/key_order.ts";
import { sendMetaOrElse } from "../engine/meta_sending.ts";
import { MemcachedError, UnsupportedError } from "../errors.ts";
import { isSound } from "../thrown.ts";
import { countAfterLook, type Counting, maySplit, undoIfSplit } from "./split_items.ts";
import { type AskingCall, Told } from "./told.ts";

/** How a counter begins. */
export interface Beginning {
  readonly initial: number | bigint;
  readonly exptime: number;
}

/** The call that counts. */
type CountingCall = AskingCall & Pick<Call<unknown>, "onSettled">;

/**
 * Reads how a counter is to begin; `undefined` if it is not.
 *
 * @throws {TypeError} If an option cannot be used, or `exptime` is given for nothing.
 * @throws {RangeError} If a number is out of range.
 */
export function beginningOf(
  { initial, exptime }: CountOptions,
  delta: number | bigint,
): Beginning | undefined {
  const seconds = exptime === undefined ? 0 : wireExptime(exptime);
  if (initial === undefined) {
    if (exptime === undefined) return undefined;
    throw new TypeError(
      'Cannot use option "exptime" without "initial" as no counter is then made: give both, or use touch()',
    );
  }
  if (typeof delta === "bigint") checkUnsigned64('option "initial"', initial as bigint);
  else checkUnsigned('option "initial"', initial as number, Number.MAX_SAFE_INTEGER);
  return { initial, exptime: seconds };
}

/** Counts, and makes the counter if there is none. */
export function countFrom(
  engine: Engine,
  call: CountingCall,
  counting: Counting,
  beginning: Beginning,
  receiver: Receiver<bigint | undefined>,
): void {
  const count = (to: Receiver<bigint | undefined>) =>
    countOrBegin(engine, call, counting, beginning, to);
  const { name, key, delta } = counting;
  if (!maySplit(engine.settings, key)) return count(receiver);
  // Where the answer is 0 because there was too little, nothing tells the old number.
  if (name === "decr" && delta > 1) return countAfterLook(engine, call, counting, receiver, count);
  count(
    new Told<bigint | undefined>(call, (value) => {
      undoIfSplit(engine, call, counting, value, () => receiver.resolve(value));
    }),
  );
}

function countOrBegin(
  engine: Engine,
  call: CountingCall,
  counting: Counting,
  beginning: Beginning,
  receiver: Receiver<bigint | undefined>,
): void {
  const { name, key, delta } = counting;
  const { initial, exptime } = beginning;
  const inSteps = (turn: Turn) => countInSteps(engine, call, counting, beginning, receiver, turn);
  const told = new Told<Counted | undefined>(
    call,
    (counted) => receiver.resolve(counted?.value),
    (error) => {
      // Another server stands there now, or stands in.
      if (error.sent !== "no" || !isSound(error, UnsupportedError)) return call.reject(error);
      const { deadline } = call;
      engine.inTurn([key], { deadline, command: name }, inSteps, (error) => call.reject(error));
    },
  );
  const kind = metaArithmetic({ value: true, cas: false, ttl: false }, {
    N: exptime,
    J: initial == 0 ? undefined : initial,
    D: delta == 1 ? undefined : delta,
    M: name === "decr" ? "D" : undefined,
  }, { isQuiet: false, needs: undefined });
  const command = new MetaCommand(kind, key, engine.opaques.next(), told);
  sendMetaOrElse(engine, call, key, command, inSteps);
}

/** Counts with classic commands. The turn ends when the outcome is known, or the call is over. */
function countInSteps(
  engine: Engine,
  call: CountingCall,
  { name, key, delta }: Counting,
  { initial, exptime }: Beginning,
  receiver: Receiver<bigint | undefined>,
  turn: Turn,
): void {
  if (call.settled) return turn.end();
  const { onSettled } = call;
  call.onSettled = (end) => {
    onSettled?.(end);
    turn.end();
  };
  const done = (value: bigint) => {
    turn.end();
    receiver.resolve(value);
  };
  // Without flags, as a counter that a meta command has made.
  const item = { data: String(initial), flags: 0 };
  let rounds = 0;
  const count = () => {
    const told = new Told<bigint | undefined>(call, (value) => {
      if (value === undefined) begin();
      else done(value);
    });
    engine.send(call, key, new ArithmeticCommand(name, key, delta, false, told), turn);
  };
  const begin = () => {
    const told = new Told<boolean>(call, (stored) => {
      if (stored) return done(BigInt(initial));
      if (++rounds < MAX_ROUNDS) return count();
      const server = engine.serverOf(key);
      call.reject(
        new MemcachedError(COMES_AND_GOES, { command: name, server, reason: "overtaken" }),
      );
    });
    const options = { exptime, noreply: false };
    engine.send(call, key, new StorageCommand("add", key, item, options, told), turn);
  };
  count();
}

/** How often a counter may be there for `add` and gone for `incr` before the call gives up. */
const MAX_ROUNDS = 16;
const COMES_AND_GOES = `Cannot count as the counter came and went ${MAX_ROUNDS} times meanwhile`;
