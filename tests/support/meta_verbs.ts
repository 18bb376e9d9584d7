/**
 * The verbs of `client.meta`, and those of the client that send meta commands, each once: what it sends, what is right for the items of a test, how it is called. They are a
 * table of their own, beside `verbs.ts`: they are no methods of the client but of an object in it, what they give has
 * another shape, they have no `noreply`, and so what goes through all verbs of the client could not go through them.
 * `meta_verbs_test.ts` fails while one is missing.
 */

import type { CallOptions, Client } from "@libmc/libmc";

/** The arguments of a call. */
export interface MetaArguments {
  readonly key: string;
  readonly keys: readonly string[];
  readonly value: string;
  readonly items: readonly (readonly [key: string, value: string])[];
}

/** One verb. */
export interface MetaVerb {
  /** As it is told to observers: `meta.get`, or `invalidate`. */
  readonly name: string;
  /** The command that it sends. */
  readonly command: string;
  /** True if it only reads, so that it is asked again after a lost connection. */
  readonly reads: boolean;
  /** True if it takes many keys and gives a Map. */
  readonly isMulti: boolean;
  /** What it gives when it fails and is not strict. */
  readonly fallback: unknown;
  call(client: Client, options: CallOptions, given: MetaArguments): Promise<unknown>;
  /** True for the result of one key whose item has this value, or is the counter 5. */
  isRight(result: unknown, value: string): boolean;
}

const stored = (result: unknown) => statusOf(result) === "stored";
const deleted = (result: unknown) => statusOf(result) === "deleted";
const hasValue = (result: unknown, value: unknown) =>
  (result as { value?: unknown } | undefined)?.value === value;

/** All of them. */
export const META_VERBS: readonly MetaVerb[] = [
  {
    ...of("get", "mg", { reads: true }),
    call: ({ meta }, options, { key }) => meta.get(key, options),
    isRight: hasValue,
  },
  {
    ...of("getMulti", "mg", { reads: true }),
    call: ({ meta }, options, { keys }) => meta.getMulti(keys, options),
    isRight: hasValue,
  },
  {
    ...of("set", "ms"),
    call: ({ meta }, options, { key, value }) => meta.set(key, value, options),
    isRight: stored,
  },
  {
    ...of("setMulti", "ms"),
    call: ({ meta }, options, { items }) => meta.setMulti(items, options),
    isRight: stored,
  },
  {
    ...of("delete", "md"),
    call: ({ meta }, options, { key }) => meta.delete(key, options),
    isRight: deleted,
  },
  {
    ...of("deleteMulti", "md"),
    call: ({ meta }, options, { keys }) => meta.deleteMulti(keys, options),
    isRight: deleted,
  },
  {
    ...of("arithmetic", "ma"),
    call: ({ meta }, options, { key }) => meta.arithmetic(key, options),
    isRight: (result) => hasValue(result, 6),
  },
  {
    ...of("arithmeticMulti", "ma"),
    call: ({ meta }, options, { keys }) => meta.arithmeticMulti(keys, options),
    isRight: stored,
  },
  {
    ...of("noop", "mn", { reads: true, fallback: false }),
    call: ({ meta }, options) => meta.noop(options),
    isRight: (result) => result === true,
  },
  {
    ...of("debug", "me", { reads: true }),
    call: ({ meta }, options, { key }) => meta.debug(key, options),
    isRight: (result) => typeof (result as { cas?: unknown } | undefined)?.cas === "bigint",
  },
  {
    ...of("delete", "md", { fallback: false }),
    name: "invalidate",
    call: (client, options, { key }) => client.invalidate(key, { ...options, staleFor: 60 }),
    isRight: (result) => result === true,
  },
];

function of(
  method: string,
  command: string,
  { reads = false, fallback }: { reads?: boolean; fallback?: unknown } = {},
) {
  const isMulti = method.endsWith("Multi");
  const name = `meta.${method}`;
  return { name, command, reads, isMulti, fallback: isMulti ? new Map() : fallback };
}

function statusOf(result: unknown): unknown {
  return (result as { status?: unknown } | undefined)?.status;
}
