/**
 * The calls of one client for one key, and whether what came of them fits the order in which they were made. A call that
 * was answered was carried out in its place; one that may have been sent was, or never; one that was not sent never was.
 */

/** What a call does with its key. */
export type Deed =
  | { readonly name: "get" | "delete" | "touch" | "incr" }
  | {
    readonly name: "set" | "add" | "append";
    readonly value: string;
    /** The value is stored in chunks: if that fails on the way, it may be gone. */
    readonly isSplit?: boolean;
  };

/** What came of a call for its key: what it gave; or that it was carried out, or may have been, or was not. */
export type Outcome = { readonly gave: unknown } | "done" | "maybe" | "no";

/** One call, as it concerns one key. */
export interface Made {
  readonly deed: Deed;
  outcome: Outcome | undefined;
}

/** Gives a sentence for the first call that does not fit, if there is one. */
export function misfit(key: string, calls: readonly Made[]): string | undefined {
  let possible = new Set<string | undefined>([undefined]);
  for (const [i, { deed, outcome }] of calls.entries()) {
    if (outcome === undefined) return `${key}: call ${i} never settled: ${JSON.stringify(deed)}`;
    if (outcome === "no") continue;
    const next = new Set<string | undefined>(outcome === "maybe" ? possible : []);
    for (const value of possible) {
      const [answer, after] = carriedOut(deed, value);
      if (typeof outcome === "string" || answer === outcome.gave) next.add(after);
    }
    if (outcome === "maybe" && "isSplit" in deed) next.add(undefined);
    if (next.size === 0) {
      const before = calls.slice(Math.max(0, i - 12), i).map(told).join("\n");
      return `${key}: ${told(calls[i])} where there can be ${Deno.inspect(possible)}\n${before}`;
    }
    possible = next;
  }
  return undefined;
}

/** What a call gives on a value, and the value afterwards. */
function carriedOut(
  deed: Deed,
  value: string | undefined,
): [answer: unknown, after: string | undefined] {
  switch (deed.name) {
    case "get":
      return [value, value];
    case "set":
      return [true, deed.value];
    case "add":
      return [value === undefined, value ?? deed.value];
    case "append":
      return [value !== undefined, value === undefined ? undefined : value + deed.value];
    case "delete":
      return [true, undefined];
    case "touch":
      return [value !== undefined, value];
    case "incr": {
      if (value === undefined) return [undefined, undefined];
      const count = Number(value) + 1;
      return [count, String(count)];
    }
  }
}

function told({ deed, outcome }: Made): string {
  return `${JSON.stringify(deed)} -> ${JSON.stringify(outcome)}`;
}
