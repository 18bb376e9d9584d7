/** Checks the options of each fault. Every fault that passes can strike. */

import { MAX_KEY_LENGTH } from "../memcached/command.ts";
import { COMMAND_NAMES } from "../memcached/dispatch.ts";
import type { Fault, FaultKind, FaultOccasion } from "./fault.ts";
import {
  aBoolean,
  aLine,
  aList,
  aText,
  type Check,
  type Checks,
  integerFrom,
  MAX_MILLISECONDS,
  MILLISECONDS,
  numberFrom,
  objectOf,
  oneOf,
  outOfRange,
  readOptions,
  wrongLength,
  wrongValue,
} from "../../checks/check.ts";

/**
 * Reads and checks a fault.
 *
 * @returns A plain copy.
 * @throws {TypeError} If it is not a fault, an option has the wrong type, is missing, or does not belong to this kind, or
 * the fault cannot strike one of its commands.
 * @throws {RangeError} If a number is out of range, or the list of commands is empty.
 */
export function readFault(fault: Fault): Fault {
  const { kind } = objectOf("a fault", fault);
  KIND('option "kind" of a fault', kind);
  const known = kind as FaultKind;
  const checks = { kind: oneOf(known), ...KINDS[known] };
  return readOptions(`fault "${known}"`, fault, checks, NEEDED[known]);
}

function checkCommands(name: string, value: unknown, known: readonly string[]): void {
  aList(name, value);
  const commands = value as readonly unknown[];
  if (commands.length === 0) throw wrongLength(name, "a list of one command or more", 0);
  for (const command of commands) {
    if (known.includes(command as string)) continue;
    throw wrongValue(name, `a list of names from ${known.join(", ")}`, command);
  }
}

function checkDifference(name: string, value: unknown): void {
  integerFrom(-MAX_LENGTH, MAX_LENGTH)(name, value);
  if (value === 0) throw outOfRange(name, "another number than 0", value);
}

function checkKey(name: string, value: unknown): void {
  aText(name, value);
  const key = value as string;
  if (!/^[^ \r\n\0\ud800-\udfff]+$/u.test(key)) {
    throw wrongValue(name, "text without spaces, CR, LF, NUL and half surrogate pairs", key);
  }
  const { length } = new TextEncoder().encode(key);
  if (length > MAX_KEY_LENGTH) {
    throw wrongLength(name, `text of at most ${MAX_KEY_LENGTH} bytes`, length);
  }
}

/** The largest length that memcached reads. */
const MAX_LENGTH = 2 ** 31 - 1;

const OF_CONNECTIONS: Checks<Omit<FaultOccasion, "commands">> = {
  nth: integerFrom(1, Number.MAX_SAFE_INTEGER),
  probability: numberFrom(0, 1),
  times: integerFrom(1, Number.MAX_SAFE_INTEGER),
};

function ofCommands(commands: readonly string[]): Checks<FaultOccasion> {
  return { ...OF_CONNECTIONS, commands: (name, value) => checkCommands(name, value, commands) };
}

const OF_ANY = ofCommands(COMMAND_NAMES);
const WITH_VALUES = ["get", "gets", "gat", "gats"];
const OF_KEYED_VALUES = ofCommands(WITH_VALUES);
const OF_VALUES = ofCommands([...WITH_VALUES, "mg", "ma"]);
/** quit has no reply: the server closes the connection. */
const OF_ANSWERED = ofCommands(COMMAND_NAMES.filter((name) => name !== "quit"));
/** The server always refuses to be shut down. */
const OF_CARRIED_OUT = ofCommands(COMMAND_NAMES.filter((name) => name !== "shutdown"));

const SEQUEL = oneOf("continue", "close", "silence");

const KINDS: { readonly [K in FaultKind]: Checks<Omit<Extract<Fault, { kind: K }>, "kind">> } = {
  wrongLength: { ...OF_VALUES, by: checkDifference },
  truncatedValue: { ...OF_VALUES, keep: integerFrom(0, MAX_LENGTH), then: SEQUEL },
  wrongKey: { ...OF_KEYED_VALUES, key: checkKey },
  garbageLine: { ...OF_ANY, line: aText },
  extraReply: { ...OF_ANY, line: aText },
  missingReply: { ...OF_ANSWERED, then: SEQUEL },
  serverError: {
    ...OF_CARRIED_OUT,
    message: aLine,
    carriedOut: aBoolean,
    closeAfterMs: MILLISECONDS,
  },
  singleBytes: { ...OF_ANSWERED, pauseMs: MILLISECONDS },
  tooManyConnections: { ...OF_CONNECTIONS, afterMs: MILLISECONDS },
  idleKick: { ...OF_CONNECTIONS, afterMs: MILLISECONDS },
  slowStart: { ...OF_CONNECTIONS, delayMs: integerFrom(1, MAX_MILLISECONDS) },
};

const KIND: Check = oneOf(...Object.keys(KINDS));

const NEEDED: Readonly<Partial<Record<FaultKind, readonly string[]>>> = {
  idleKick: ["afterMs"],
  slowStart: ["delayMs"],
};
