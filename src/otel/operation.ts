/** What a method of the client is called in spans and metrics, and what is known of it beforehand. */

/** One operation. */
export interface Operation {
  /** `db.operation.name`. */
  readonly name: string;
  /** `db.operation.batch.size`, if it is a batch. */
  readonly batchSize: number | undefined;
}

/**
 * Gives the operation of a call. A method that changes many items is a batch of the operation for one. One that reads many
 * keys is a single operation, as the conventions have it since 1.43, where they name Redis's MGET.
 */
export function operationOf(verb: string, count: number): Operation {
  const single = SINGLES.get(verb);
  if (single === undefined) return { name: verb, batchSize: undefined };
  // A batch of one is the operation itself. One of none is a batch.
  if (count === 1) return { name: single, batchSize: undefined };
  return { name: `BATCH ${single}`, batchSize: count };
}

/** The operations of which methods make batches. */
const SINGLES: ReadonlyMap<string, string> = new Map([
  ["setMulti", "set"],
  ["appendMulti", "append"],
  ["prependMulti", "prepend"],
  ["deleteMulti", "delete"],
  ["meta.setMulti", "meta.set"],
  ["meta.deleteMulti", "meta.delete"],
  ["meta.arithmeticMulti", "meta.arithmetic"],
]);

/** Gives `db.query.text`: the operation with its keys, and with `?` for a value, a number or a time that it is given. */
export function queryText(
  verb: string,
  { name, batchSize }: Operation,
  keys: readonly string[],
): string | undefined {
  if (keys.length === 0) return undefined;
  const shown = keys.slice(0, MOST_KEYS);
  const value = hasValue(verb) ? " ?" : "";
  const text = batchSize === undefined
    ? `${name} ${shown.join(" ")}${value}`
    : shown.map((key) => `${SINGLES.get(verb)} ${key}${value}`).join("; ");
  return shown.length < keys.length ? `${text} …` : text;
}

function hasValue(verb: string): boolean {
  return WITH_VALUE.has(verb) ||
    verb !== "deleteMulti" && verb !== "meta.deleteMulti" && SINGLES.has(verb);
}

const WITH_VALUE: ReadonlySet<string> = new Set([
  ...["set", "add", "replace", "cas", "append", "prepend", "setRaw", "setStream", "update"],
  ...["incr", "decr", "touch", "gat", "gats", "gatMulti", "meta.set", "meta.arithmetic"],
]);

/** The text is for people, and travels with every span. */
const MOST_KEYS = 50;
