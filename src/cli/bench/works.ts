/** What `bench` has servers do. */

import type { Client } from "../../../mod.ts";

/** One kind of work. */
export interface Work {
  readonly name: string;
  /** How many callers do it at the same time. */
  readonly callers: number;
  /** Does it once. `turn` is another number each time. Gives how many keys it was for. */
  once(turn: number): Promise<number>;
}

/** The items that the works use: their own, which expire by themselves if the program is killed. */
export interface BenchItems {
  readonly keys: readonly string[];
  readonly value: string;
  /** In seconds. */
  readonly exptime: number;
}

/** How many keys one getMulti asks for. */
const MANY = 100;

/** The works, in the order in which they are done. */
export function worksOf(
  client: Client,
  { keys, value, exptime }: BenchItems,
  callers: number,
): Work[] {
  const keyOf = (turn: number) => keys[turn % keys.length];
  const set = async (turn: number) => {
    await client.set(keyOf(turn), value, { exptime });
    return 1;
  };
  const get = async (turn: number) => {
    await client.get(keyOf(turn));
    return 1;
  };
  const getMany = async (turn: number) => {
    const start = (turn * MANY) % keys.length;
    return (await client.getMulti(keys.slice(start, start + MANY))).size;
  };
  return [
    { name: "set, one at a time", callers: 1, once: set },
    { name: "get, one at a time", callers: 1, once: get },
    { name: `set, ${callers} at a time`, callers, once: set },
    { name: `get, ${callers} at a time`, callers, once: get },
    { name: `getMulti of ${MANY} keys`, callers: 1, once: getMany },
  ];
}
