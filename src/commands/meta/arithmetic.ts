/** ma: counts, in unsigned numbers of 64 bits. */

import { ProtocolError } from "../../errors.ts";
import { unexpected } from "../command.ts";
import { changes, ofMeta } from "../traits.ts";
import { digits, ttlOf } from "./get.ts";
import type { MetaKind } from "./meta_command.ts";
import type { MetaNeeds } from "./needs.ts";
import { flagText, type RequestFlags } from "./request_flags.ts";
import { type MetaStatus, statusOf } from "./status.ts";

/** What became of an ma. */
export interface Counted {
  readonly status: MetaStatus;
  readonly value?: bigint;
  readonly cas?: bigint;
  readonly ttl?: number;
}

/** What is asked for in a reply to ma. */
export interface CountAsked {
  readonly value: boolean;
  readonly cas: boolean;
  readonly ttl: boolean;
}

/** Makes the kind of an ma. */
export function metaArithmetic(
  asked: CountAsked,
  flags: RequestFlags,
  { isQuiet, needs }: { isQuiet: boolean; needs: MetaNeeds | undefined },
): MetaKind<Counted> {
  const on = (isAsked: boolean) => isAsked || undefined;
  const told = (bytes: Uint8Array, start: number, end: number) => ({
    ...(asked.cas ? { cas: BigInt(digits("c", bytes, start, end)) } : undefined),
    ...(asked.ttl ? { ttl: ttlOf(Number(digits("t", bytes, start, end))) } : undefined),
  });
  return {
    name: "ma",
    traits: ONCE,
    needs,
    flags: flagText({
      ...flags,
      ...{ q: on(isQuiet), v: on(asked.value), t: on(asked.ttl), c: on(asked.cas) },
    }),
    flagsBehind: "",
    hidden: STORED,
    line(command, word, bytes, start, end) {
      const status = statusOf(word);
      if (status === undefined || status === "stored" && asked.value) {
        throw unexpected(command, word, bytes, start, end);
      }
      return status === "stored" ? { status, ...told(bytes, start, end) } : { status };
    },
    item({ data, dataStart, dataEnd, header, restStart, restEnd }) {
      const text = decoder.decode(data.subarray(dataStart, dataEnd));
      if (!asked.value || !NUMBER.test(text)) {
        throw new ProtocolError("Cannot take an item as the reply to ma unless it is a number");
      }
      return { status: "stored", value: BigInt(text.trim()), ...told(header, restStart, restEnd) };
    },
  };
}

const STORED: Counted = Object.freeze({ status: "stored" });
const ONCE = ofMeta(changes("never"));
const decoder = new TextDecoder();
/** decr pads an item to keep its length. */
const NUMBER = /^[0-9]{1,20} *$/;
