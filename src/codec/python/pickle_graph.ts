/**
 * Makes the value from the nodes that the stack machine of a pickle has built. There, dicts and sets are lists of their
 * parts, since parts may be added until the end. Each node is visited once, however often it is shared. A node that
 * contains itself, or is nested too deep, is rejected. There is no recursion.
 */

import { CodecError } from "../../errors.ts";
import { makeDict, makeSet, MAX_DEPTH } from "./python.ts";
import type { ReadBudget } from "./read_budget.ts";

/** A dict: keys and values in turn. */
export class PickleDict {
  readonly pairs: unknown[];

  constructor(pairs: unknown[]) {
    this.pairs = pairs;
  }
}

/** A set or frozenset. */
export class PickleSet {
  readonly members: unknown[];

  constructor(members: unknown[]) {
    this.members = members;
  }
}

/**
 * Turns nodes into values, in place where they are arrays.
 *
 * @throws {CodecError} If the value contains itself, is nested too deep, is a global, or takes too much memory.
 */
export function resolvePickle(root: unknown, budget: ReadBudget): unknown {
  const finished = new Map<object, Finished>();
  const open: OpenNode[] = [];
  const opened = new Set<object>();

  /** Gives a value that is ready, or opens the node to come back to it. */
  const ready = (value: unknown): Finished | undefined => {
    if (typeof value !== "object" || value === null) return { value, height: 0 };
    if (value instanceof Uint8Array) return { value, height: 0 };
    const done = finished.get(value);
    if (done !== undefined) return done;
    if (opened.has(value)) throw new CodecError("Cannot read pickle as it contains itself");
    const parts = partsOf(value);
    if (parts === undefined) throw new CodecError("Cannot read pickle as it has a global as value");
    if (open.length >= MAX_DEPTH) throw tooDeep();
    opened.add(value);
    open.push({ node: value, parts, next: 0, height: 0 });
    return undefined;
  };

  let result = ready(root);
  for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
    const { parts } = node;
    let part: Finished | undefined;
    while (node.next < parts.length && (part = ready(parts[node.next])) !== undefined) {
      parts[node.next++] = part.value;
      if (part.height > node.height) node.height = part.height;
    }
    if (node.next < parts.length) continue;
    open.pop();
    opened.delete(node.node);
    result = { value: finish(node.node, budget), height: node.height + 1 };
    if (result.height > MAX_DEPTH) throw tooDeep();
    finished.set(node.node, result);
  }
  return result!.value;
}

interface Finished {
  readonly value: unknown;
  /** Levels of containers, itself included. */
  readonly height: number;
}

interface OpenNode {
  readonly node: object;
  readonly parts: unknown[];
  next: number;
  height: number;
}

function partsOf(node: object): unknown[] | undefined {
  if (Array.isArray(node)) return node;
  if (node instanceof PickleDict) return node.pairs;
  return node instanceof PickleSet ? node.members : undefined;
}

function finish(node: object, budget: ReadBudget): unknown {
  if (node instanceof PickleDict) return makeDict(node.pairs, budget);
  return node instanceof PickleSet ? makeSet(node.members, budget) : node;
}

function tooDeep(): CodecError {
  return new CodecError(`Cannot read pickle as it is nested deeper than ${MAX_DEPTH} levels`);
}
