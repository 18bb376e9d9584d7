/** The meta verbs that count: for one key and for many. */

import { checkUnsigned, checkUnsigned64, wireExptime } from "../../checks/arguments.ts";
import { type Counted, metaArithmetic } from "../../commands/meta/arithmetic.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import { NEEDS } from "../../commands/meta/needs.ts";
import type { MetaStatus } from "../../commands/meta/status.ts";
import type { Engine } from "../../engine/engine.ts";
import { missing, verb } from "../../engine/verb.ts";
import { needsBase64 } from "../../key.ts";
import { behindLocks, endsWithinLoad } from "../behind_locks.ts";
import { exactNumber } from "../change.ts";
import { countAfterLook, maySplit, undoIfSplit } from "../split_items.ts";
import { Told } from "../told.ts";
import { sendAndEndLoad } from "./behind_lock.ts";
import { metaKeys, shownKey, shownKeys, wireKeysOf } from "./keys.ts";
import { MetaChangeFanOut } from "./meta_fan_out.ts";
import {
  META_ARITHMETIC_OPTIONS,
  type MetaArithmeticOptions,
  type MetaKey,
  refuse,
  withoutCas,
} from "./options.ts";

/**
 * What became of `client.meta.arithmetic()`.
 *
 * @example A limit of three calls in a minute
 * ```ts
 * import { Client, type MetaCounted } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * async function mayCall(user: string): Promise<boolean> {
 *   const counted: MetaCounted<number> | undefined = await client.meta.arithmetic(user, {
 *     initial: 1,
 *     vivify: 60,
 *   });
 *   return (counted?.value ?? 0) <= 3;
 * }
 * const answers = [];
 * for (let i = 0; i < 4; i++) answers.push(await mayCall("calls of Ada"));
 * assertEquals(answers, [true, true, true, false]);
 * ```
 */
export interface MetaCounted<N extends number | bigint = number | bigint> {
  /** What the server said. */
  readonly status: MetaStatus;
  /** The new number, if it was asked for and the counter has changed. */
  readonly value?: N;
  /** The cas of the new item, with `returnCas`. */
  readonly cas?: bigint;
  /** Seconds until it expires, with `ttl`; Infinity: never. */
  readonly ttl?: number;
}

type Options<N extends number | bigint> = MetaArithmeticOptions<N> | undefined;

export function arithmetic<N extends number | bigint>(
  engine: Engine,
  key: MetaKey,
  options: Options<N>,
): Promise<MetaCounted<N> | undefined> {
  return engine.call<MetaCounted<N> | undefined>(VERBS.arithmetic, options, (call) => {
    const wireKey = engine.keys.any(key);
    const { mode = "incr", value = true } = options ?? {};
    const delta = deltaOf(options);
    // The new number shows whether a value was counted that is split: see `split_items.ts`.
    const mustSee = maySplit(engine.settings, wireKey) && !needsBase64(wireKey);
    const kind = kindOf(options, delta, value || mustSee, false);
    const shown = shownKey(key);
    engine.began(call, shown, wireKey, wireKey);
    let counted: Counted | undefined;
    const answer = () => call.resolve(resultOf<N>(counted as Counted, value, delta, shown));
    const count = (then: (value: bigint | undefined) => void) => {
      const told = new Told<Counted | undefined>(call, (result) => {
        counted = result;
        then(result?.value);
      });
      sendAndEndLoad<Counted | undefined>(
        engine,
        told,
        wireKey,
        endsLoad(engine, options),
        (told) => {
          return new MetaCommand(kind, wireKey, engine.opaques.next(), told);
        },
      );
    };
    const counting = { name: mode, key: wireKey, delta };
    if (!mustSee) count(answer);
    // Where the answer is 0 because there was too little, nothing tells the old number.
    else if (mode === "decr" && delta > 1) {
      const told = new Told<bigint | undefined>(call, answer);
      countAfterLook(engine, call, counting, told, (counted) =>
        count((value) => {
          if (value === undefined) answer();
          else counted.resolve(value);
        }));
    } else count((value) => undoIfSplit(engine, call, counting, value, answer));
  });
}

export function arithmeticMulti<N extends number | bigint, K extends MetaKey>(
  engine: Engine,
  keys: Iterable<K>,
  options: Options<N>,
): Promise<Map<K, MetaCounted<N>>> {
  return engine.call<Map<K, MetaCounted<N>>>(VERBS.arithmeticMulti, options, (call) => {
    const asked = metaKeys(keys);
    const wireKeys = wireKeysOf(engine, asked);
    const { value = false, returnCas = false, ttl = false } = options ?? {};
    const delta = deltaOf(options);
    const isQuiet = !value && !returnCas && !ttl;
    const kind = kindOf(options, delta, value, isQuiet);
    const fanOut = new MetaChangeFanOut<Counted, K, MetaCounted<N>>(
      endsLoad(engine, options) ? behindLocks(engine) : engine,
      call,
      "ma",
      asked,
      (counted, position) => resultOf<N>(counted, value, delta, shownKey(asked[position])),
    );
    engine.began(call, shownKeys(asked), wireKeys, wireKeys);
    fanOut.start(kind, wireKeys, isQuiet);
  });
}

function kindOf(
  options: MetaArithmeticOptions = {},
  delta: number | bigint,
  value: boolean,
  isQuiet: boolean,
): MetaKind<Counted> {
  const { mode, initial, vivify, touch, cas, newCas, returnCas = false, ttl = false } = options;
  refuse(initial !== undefined && vivify === undefined, "initial", INITIAL_ALONE);
  if (initial !== undefined) checkAmount("initial", initial);
  return metaArithmetic({ value, cas: returnCas, ttl }, {
    ...{ N: vivify, T: touch === undefined ? undefined : wireExptime(touch), C: cas, E: newCas },
    J: initial === undefined || initial == 0 ? undefined : initial,
    D: delta == 1 ? undefined : delta,
    M: mode === "decr" ? "D" : undefined,
  }, { isQuiet, needs: newCas === undefined ? undefined : NEEDS.newCas });
}

function endsLoad(engine: Engine, options: MetaArithmeticOptions | undefined): boolean {
  const touch = options?.touch;
  return touch !== undefined && endsWithinLoad(engine, wireExptime(touch));
}

function deltaOf(options: MetaArithmeticOptions | undefined): number | bigint {
  const delta = options?.delta ?? 1;
  checkAmount("delta", delta);
  const { initial } = options ?? {};
  refuse(
    initial !== undefined && options?.delta !== undefined && typeof initial !== typeof delta,
    "initial",
    'of another type than "delta" as the result has the type of both: give two numbers, or two bigints',
  );
  return options?.delta === undefined && typeof initial === "bigint" ? 1n : delta;
}

function checkAmount(name: string, amount: number | bigint): void {
  if (typeof amount === "bigint") checkUnsigned64(name, amount);
  else checkUnsigned(name, amount, Number.MAX_SAFE_INTEGER);
}

/** @throws {RangeError} If a number cannot hold the counter. */
function resultOf<N extends number | bigint>(
  { value, ...others }: Counted,
  isAsked: boolean,
  delta: number | bigint,
  key: string,
): MetaCounted<N> {
  if (value === undefined || !isAsked) return others;
  const exact = typeof delta === "bigint" ? value : exactNumber(value, key);
  return { ...others, value: exact as N };
}

const INITIAL_ALONE =
  'without "vivify" as no counter is then made: say for how many seconds it is to last';

const VERBS = {
  arithmetic: verb("meta.arithmetic", missing, META_ARITHMETIC_OPTIONS),
  arithmeticMulti: verb(
    "meta.arithmeticMulti",
    () => new Map<never, never>(),
    withoutCas(META_ARITHMETIC_OPTIONS),
  ),
};
