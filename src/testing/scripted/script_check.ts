/** Checks the script of a {@linkcode ScriptedServer}. */

import { plainBytes } from "../../checks/bytes.ts";
import {
  aList,
  type Check,
  checkOptions,
  type Checks,
  MILLISECONDS,
  wrongLength,
  wrongType,
  wrongValue,
} from "../../checks/check.ts";
import type { ScriptedExchange } from "./script.ts";

/**
 * Checks a part of a script: an exchange, or the steps of one.
 *
 * @throws {TypeError} If it, or a step of it, has another form.
 * @throws {RangeError} If it expects no bytes, or a wait is outside its bounds.
 */
export function checkPart(part: unknown): void {
  if (Array.isArray(part)) checkSteps("a part of a script", part);
  else checkOptions("a part of a script", part, EXCHANGE, ["reply"]);
}

function checkSteps(name: string, value: unknown): void {
  aList(name, value);
  for (const step of value as readonly unknown[]) {
    if (isData(step)) continue;
    if (typeof step !== "object" || step === null) {
      throw wrongType("a step of a script", "text, bytes, a wait or a close", step);
    }
    const [checks, needed] = "wait" in step ? [WAIT, "wait"] : [CLOSE, "close"];
    checkOptions("a step of a script", step, checks, [needed]);
  }
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

const EXCHANGE: Checks<ScriptedExchange> = { expect: checkExpected, reply: checkSteps };

const WAIT: Readonly<Record<string, Check>> = { wait: MILLISECONDS };

const CLOSE: Readonly<Record<string, Check>> = {
  close: (name, value) => {
    if (value !== true) throw wrongValue(name, "true", value);
  },
};
