/**
 * The rows of the fault matrix: every verb, with the answers it may give. The value of a key carries the key, so that
 * one which belongs elsewhere is found out.
 */

import type {
  CallOptions,
  Client,
  ClientOptions,
  Servers,
  ServerSource,
  Storable,
} from "@libmc/libmc";
import { doneOf, hitsOf } from "../../support/answers.ts";
import { ALL_VERBS, type Arguments, takes, VERB, type Verb } from "../../support/verbs.ts";

/** One row. */
export interface MatrixMethod {
  readonly name: string;
  /** The command it sends. */
  readonly command: string;
  /** With `noreply` the client does not ask for its reply. */
  readonly mayBeQuiet: boolean;
  /** Options of its client beside those of all. */
  readonly options?: ClientOptions;
  /** Those of them that name the server. */
  optionsAt?(address: string): ClientOptions;
  /**
   * Makes a client from whose servers the one of the row moves.
   *
   * @param options Those of the row's own client, without `migrateFrom`.
   */
  oldClient?(address: string, options: ClientOptions): Client;
  /** True if the options of its client are for several servers: what is there before is stored without them. */
  readonly hasSeveral?: boolean;
  /** Where its client finds the server, if it is not told. */
  servers?(address: string): ServerSource | Servers;
  call(client: Client, tag: string, options: CallOptions, cas: bigint): Promise<unknown>;
  /** What is stored before the call. */
  seedItems(tag: string): [string, Storable][];
  /** True if the client sends the command by itself, too: how often it was carried out says nothing then. */
  readonly isAskedBesides?: boolean;
  /** True if it may give what is right, strict or not, although a part of it has failed. */
  readonly mayResolve?: boolean;
  /** True if a reply that a server leaves out cannot be told from a miss, which it leaves out, too. */
  readonly hidesMisses?: boolean;
  /** The fault whose reply it cannot but take for a miss. */
  readonly missesAt?: string;
  /** Called before something goes wrong, unless it does at once. */
  warmUp?(client: Client): Promise<unknown>;
  /** Says what is wrong with what the call has left on the server, if anything is. */
  wrongRest?(client: Client, tag: string, fault: string): Promise<string | undefined>;
  /** True for the answer of a server with which nothing is wrong. */
  isWhole(answer: unknown, tag: string): boolean;
  /** True for what may be answered when something is wrong: nothing, or a part of the whole. */
  isPart(answer: unknown, tag: string): boolean;
}

/** The keys of every client. Its prefix is its tag, which the values carry too. */
export const KEYS: readonly string[] = Array.from({ length: 6 }, (_, i) => `k${i}`);
export const COUNTER = "n0";
const KEY = KEYS[0];

/** What is stored under a key of the client with this tag. */
export function valueOf(tag: string, key: string): string {
  return `${tag}${key}=${"v".repeat(30)}`;
}

/** What each client finds stored. */
export function seedItems(tag: string): [string, Storable][] {
  return [
    ...KEYS.map((key): [string, Storable] => [key, valueOf(tag, key)]),
    [COUNTER, COUNT],
  ];
}

/** What a row may be answered. */
type Judge = Pick<MatrixMethod, "isWhole" | "isPart">;

/** The row of a verb. */
export function rowOf(
  verb: Verb,
  given: (tag: string) => Partial<Arguments> = () => ({}),
): MatrixMethod {
  const { name, command, mayBeQuiet } = verb;
  return {
    ...{ name, command, mayBeQuiet, seedItems },
    ...judgeOf(verb),
    async call(client, tag, options, cas) {
      const answer = await verb.call(client, options, { ...usual(verb, tag), cas, ...given(tag) });
      return answer instanceof ReadableStream ? await new Response(answer).bytes() : answer;
    },
  };
}

function usual({ kind }: Verb, tag: string): Partial<Arguments> {
  const value = valueOf(tag, KEY);
  const raw = new TextEncoder().encode(value);
  return {
    ...{ key: kind === "arithmetic" ? COUNTER : KEY, keys: KEYS, value, raw },
    items: KEYS.map((key) => [key, valueOf(tag, key)] as const),
    stream: ReadableStream.from([raw]),
  };
}

function judgeOf(verb: Verb): Judge {
  switch (verb.kind) {
    case "retrieval":
      return ofHits(verb);
    case "storage":
    case "deletion":
    case "touch":
      return ofWhatWasDone(verb);
    case "arithmetic":
      return ofOne((answer) => answer === COUNTS[verb.name]);
    case "server":
      return ofServer(SAYS[verb.name] ?? ((said) => typeof said === "string"));
    case "client":
      return verb.gives === "nothing"
        ? ofOne((answer) => answer === undefined)
        : ofOne((answer) => typeof answer === "string");
  }
}

function keysOf(verb: Verb): readonly string[] {
  return takes(verb, "key") ? [KEY] : KEYS;
}

function ofHits(verb: Verb): Judge {
  function rightHits(answer: unknown, tag: string): number | undefined {
    const hits = hitsOf(verb, answer, keysOf(verb));
    if (hits === undefined) return undefined;
    return Array.from(hits).every(([key, value]) => textOf(value) === valueOf(tag, key))
      ? hits.size
      : undefined;
  }
  return {
    isWhole: (answer, tag) => rightHits(answer, tag) === keysOf(verb).length,
    isPart: (answer, tag) => rightHits(answer, tag) !== undefined,
  };
}

function ofWhatWasDone(verb: Verb): Judge {
  const keys = keysOf(verb);
  return {
    isWhole: (answer) => doneOf(verb, answer, keys)?.length === keys.length,
    isPart: (answer) => doneOf(verb, answer, keys) !== undefined,
  };
}

function ofOne(isRight: (answer: unknown) => boolean): Judge {
  return { isWhole: isRight, isPart: (answer) => answer === undefined || isRight(answer) };
}

/** Of a verb that asks the one server, and gives what it says by its name. */
function ofServer(isRight: (said: unknown) => boolean): Judge {
  const said = (answer: unknown): unknown[] =>
    answer instanceof Map ? Array.from(answer.values()) : answer as unknown[];
  return {
    isWhole: (answer) => said(answer).length === 1 && said(answer).every(isRight),
    isPart: (answer) => said(answer).length <= 1 && said(answer).every(isRight),
  };
}

function textOf(value: unknown): unknown {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}

const COUNT = 5;
/** What becomes of the counter. */
const COUNTS: Readonly<Record<string, unknown>> = { incr: 6, decr: 4n };
/** What a server may say, where it is more than its name. */
const SAYS: Readonly<Record<string, (said: unknown) => boolean>> = {
  version: (said) => /^\d+\.\d+\.\d+/.test(String(said)),
  stats: (said) =>
    typeof (said as Record<string, unknown>).pid === "number" &&
    typeof (said as Record<string, unknown>).curr_items === "number",
};
/** Both are split; where one takes the place of the other, there is one of them afterwards, or nothing. */
const OLD_BIG = new Uint8Array(1_100_000).fill(1);
const BIG = new Uint8Array(1_100_000).fill(2);

async function wrongBig(client: Client): Promise<string | undefined> {
  const found = await client.get("big");
  if (found === undefined) return undefined;
  const bytes = found as Uint8Array;
  const isWhole = bytes.length === BIG.length && bytes.every((byte) => byte === bytes[0]);
  return isWhole ? undefined : "a mixture of two values";
}

/** All verbs, one of them twice. `close()` ends every cell. */
export const MATRIX_METHODS: readonly MatrixMethod[] = [
  ...ALL_VERBS.map((verb) =>
    rowOf(verb, (tag) => verb.name === "add" ? { key: "new", value: tag } : {})
  ),
  {
    ...rowOf(VERB.set, () => ({ key: "big", value: BIG })),
    name: "set, split",
    seedItems: (tag) => [...seedItems(tag), ["big", OLD_BIG]],
    wrongRest: wrongBig,
  },
];
