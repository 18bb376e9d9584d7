/** What memcached does with one key, in a few plain lines: the model that the client is checked against. */

import type { Answer } from "./facts.ts";
import type { OperationName } from "./operation.ts";

export type { Answer };

/** An item. */
export interface Item {
  readonly data: string;
  /** Another one after every change; what cas goes by. */
  readonly version: number;
}

/** What the caller of a call on one key hears, and the item afterwards. */
export interface Step {
  readonly answer: Answer;
  readonly item: Item | undefined;
}

/** One call on one key. */
export interface KeyCall {
  readonly name: OperationName;
  readonly data: string;
  /** The version that a change makes. */
  readonly version: number;
  /** The version that the caller saw by its last gets; what cas compares. */
  readonly seen: number | undefined;
}

/** Carries out a call on the item of its key. */
export function step(item: Item | undefined, { name, data, version, seen }: KeyCall): Step {
  const stored = (text: string): Step => ({ answer: true, item: { data: text, version } });
  const unchanged = (answer: Answer): Step => ({ answer, item });
  switch (name) {
    case "get":
    case "gets":
    case "gat":
    case "getMulti":
    case "meta.get":
    case "meta.getMulti":
      return unchanged(item?.data ?? null);
    case "set":
    case "setMulti":
    case "meta.set":
    case "meta.setMulti":
      return stored(data);
    case "add":
    case "meta.add":
      return item === undefined ? stored(data) : unchanged(false);
    case "replace":
      return item === undefined ? unchanged(false) : stored(data);
    case "cas":
      return item === undefined || item.version !== seen ? unchanged(false) : stored(data);
    case "append":
    case "meta.append":
      return item === undefined ? unchanged(false) : stored(item.data + data);
    case "prepend":
      return item === undefined ? unchanged(false) : stored(data + item.data);
    case "delete":
    case "deleteMulti":
      return { answer: true, item: undefined };
    case "touch":
      return unchanged(item !== undefined);
    case "meta.delete":
    case "meta.deleteMulti":
    case "expire":
      return { answer: item !== undefined, item: undefined };
    case "incr":
    case "decr":
    case "meta.arithmetic":
      return counted(item, name === "decr" ? -Number(data) : Number(data), version);
  }
}

/**
 * All that may come of a call. memcached pads a number that gets shorter where it stands; but while something else holds
 * the item, it stores a new one without spaces. The reply to another connection may, as one that is lost, and so may the
 * thread that moves an item which had gone cold and was read a moment ago.
 */
export function steps(item: Item | undefined, call: KeyCall): Step[] {
  const usual = step(item, call);
  const unpadded = usual.item !== undefined && typeof usual.answer === "number" &&
    usual.item.data.endsWith(" ");
  if (!unpadded) return [usual];
  return [usual, { ...usual, item: { ...usual.item, data: String(usual.answer) } as Item }];
}

/** A number keeps its length where it gets shorter. */
function counted(item: Item | undefined, delta: number, version: number): Step {
  if (item === undefined) return { answer: null, item };
  if (!/^\d+ *$/.test(item.data)) return { answer: "CLIENT_ERROR", item };
  const count = Math.max(0, Number(item.data) + delta);
  return { answer: count, item: { data: String(count).padEnd(item.data.length), version } };
}
