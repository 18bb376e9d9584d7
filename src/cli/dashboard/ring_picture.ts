/** Which server has which part of the keys, found out by placing made-up keys: so it holds for every distribution. */

import type { Client } from "../../../mod.ts";
import type { RingPicture } from "./wire.ts";

/** What is asked of a client. */
type Placing = Pick<Client, "explain" | "getHostByKey" | "servers">;

/** Takes the picture of a client's distribution, again when its servers change. */
export class RingCamera {
  readonly #client: Placing;
  #servers = "";
  #picture: Promise<RingPicture> | undefined;
  #developed: RingPicture | undefined;
  #isClosed = false;

  constructor(client: Placing) {
    this.#client = client;
  }

  /** Gives the picture. It is the same object as long as the servers are the same. */
  picture(): Promise<RingPicture> {
    const servers = JSON.stringify(this.#client.servers);
    if (this.#picture === undefined || this.#servers !== servers) {
      this.#servers = servers;
      this.#developed = undefined;
      const picture = takePicture(this.#client, () => this.#isClosed);
      this.#picture = picture;
      picture.then((taken) => {
        if (this.#picture === picture) this.#developed = taken;
      }, () => {});
    }
    return this.#picture;
  }

  /** Gives the picture if it was taken already, and sees to it that it will be. */
  newest(): RingPicture | undefined {
    void this.picture();
    return this.#developed;
  }

  /** Resolves when the picture that is being taken is there; `undefined` if none is. */
  developed(): Promise<unknown> | undefined {
    return this.#developed === undefined ? this.#picture : undefined;
  }

  /** Ends a picture that is being taken, and resolves when nothing goes on any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#picture?.catch(() => {});
  }
}

/** Places keys, some at a time, so that nothing else has to wait for long. */
async function takePicture(client: Placing, isOver: () => boolean): Promise<RingPicture> {
  const { length } = client.servers;
  const wanted = length === 0 ? 0 : Math.max(8192, FOR_EACH * length);
  const isSmall = wanted * length <= MOST_STEPS;
  const keysOf = new Map<string, number>();
  const ownerOf = new Map<number, string>();
  await each(isSmall ? wanted : FOR_A_DRAWING, STEPS_AT_ONCE / length, isOver, (key) => {
    const { server, point } = client.explain(key);
    count(keysOf, server);
    if (point !== undefined) ownerOf.set(point, server);
  });
  const isRing = ownerOf.size > 0;
  const points = [...ownerOf.keys()].sort((a, b) => a - b);
  const owners = points.map((point) => ownerOf.get(point) as string);
  let keys = wanted;
  if (!isSmall) {
    // What lies between a few points of many is not the share of their servers: their keys are counted.
    keysOf.clear();
    if (!isRing) keys = Math.min(wanted, Math.floor(MOST_COUNTED / length));
    const atOnce = isRing ? 8192 : MOST_COUNTED / length / 128;
    await each(keys, atOnce, isOver, (key) => count(keysOf, client.getHostByKey(key)));
  }
  const isExact = isRing && isSmall;
  const shares = isExact ? arcsOf(points, owners) : keysOf;
  const sum = isExact ? CIRCLE : keys;
  const names = [...new Set([...keysOf.keys(), ...owners])]
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const places = new Map(names.map((name, index) => [name, index]));
  const shown = every(points.length, MOST_POINTS);
  return {
    isRing,
    keys,
    servers: names.map((name) => ({ name, share: (shares.get(name) ?? 0) / sum })),
    points: shown.map((i) => points[i]),
    owners: shown.map((i) => places.get(owners[i]) as number),
  };
}

/** Makes up keys, so many at once, and lets others work in between. */
async function each(
  keys: number,
  atOnce: number,
  isOver: () => boolean,
  place: (key: string) => void,
): Promise<void> {
  const slice = Math.max(1, Math.floor(atOnce));
  for (let from = 0; from < keys && !isOver(); from += slice) {
    for (let i = from; i < Math.min(from + slice, keys); i++) place(`key:${i}`);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** How much of the circle each server has: a point has what lies between it and the one before. */
function arcsOf(points: readonly number[], owners: readonly string[]): Map<string, number> {
  const arcs = new Map<string, number>();
  for (let i = 0; i < points.length; i++) {
    const before = i === 0 ? points[points.length - 1] - CIRCLE : points[i - 1];
    // A single point has the whole circle.
    const arc = points[i] - before;
    arcs.set(owners[i], (arcs.get(owners[i]) ?? 0) + arc);
  }
  return arcs;
}

/** Indexes of a list, or of so many of its parts that are spread evenly. */
function every(length: number, most: number): number[] {
  const step = Math.max(1, length / most);
  return Array.from({ length: Math.min(length, most) }, (_, i) => Math.floor(i * step));
}

/**
 * How many keys to place for each server. Of one with 100 points, 35 of 36 are found, and those that are missed have the
 * smallest arcs.
 */
const FOR_EACH = 256;
/** To explain a key takes a step for each server, as all stand-ins are named: a second of work, and 20 ms at once. */
const MOST_STEPS = 4_096_000;
const STEPS_AT_ONCE = 65_536;
/** As many arcs as can be told apart. */
const FOR_A_DRAWING = 2048;
/** Without a ring, to find the server of a key can take a step for each, ten times as fast: a second of work, too. */
const MOST_COUNTED = 65_536_000;
/** More cannot be seen. */
const MOST_POINTS = 6000;
const CIRCLE = 2 ** 32;
