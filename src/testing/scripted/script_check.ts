/** Checks the script of a {@linkcode ScriptedServer}. */

import { plainBytes } from "../../checks/bytes.ts";
import {
  aList,
  type Check,
  type Checks,
  MILLISECONDS,
  readOptions,
  wrongLength,
  wrongType,
  wrongValue,
} from "../../checks/check.ts";
import type { ScriptedExchange, ScriptStep } from "./script.ts";

/**
 * Reads and checks a part of a script: an exchange, or the steps of one.
 *
 * @returns A plain copy.
 * @throws {TypeError} If it, or a step of it, has another form.
 * @throws {RangeError} If it expects no bytes, or a wait is outside its bounds.
 */
export function readPart(
  part: ScriptedExchange | readonly ScriptStep[],
): ScriptedExchange | readonly ScriptStep[] {
  return isList(part)
    ? readSteps("a part of a script", part)
    : readOptions("a part of a script", part, EXCHANGE, ["reply"]);
}

/** Tells the two apart where the type of the list is not writable. */
function isList(part: unknown): part is readonly ScriptStep[] {
  return Array.isArray(part);
}

function readSteps(name: string, value: unknown): ScriptStep[] {
  aList(name, value);
  return Array.from(value as readonly unknown[], (step) => {
    if (isData(step)) return step;
    if (typeof step !== "object" || step === null) {
      throw wrongType("a step of a script", "text, bytes, a wait or a close", step);
    }
    const [checks, needed] = "wait" in step ? [WAIT, "wait"] : [CLOSE, "close"];
    return readOptions("a step of a script", step, checks, [needed]) as ScriptStep;
  });
}

function checkExpected(name: string, value: unknown): void {
  if (!isData(value)) throw wrongType(name, "text or bytes", value);
  if (isEmpty(value)) throw wrongLength(name, "one byte or more", 0);
}

function isEmpty(data: string | Uint8Array): boolean {
  return (typeof data === "string" ? data : plainBytes(data)).length === 0;
}

function isData(value: unknown): value is string | Uint8Array {
  return typeof value === "string" || value instanceof Uint8Array;
}

const EXCHANGE: Checks<ScriptedExchange> = { expect: checkExpected, reply: readSteps };

const WAIT: Readonly<Record<string, Check>> = { wait: MILLISECONDS };

const CLOSE: Readonly<Record<string, Check>> = {
  close: (name, value) => {
    if (value !== true) throw wrongValue(name, "true", value);
  },
};
