/** Which server has which part of the keys, found out by placing made-up keys: so it holds for every distribution. */

import type { Client } from "../../../mod.ts";
import type { RingPicture } from "./wire.ts";

/** Takes the picture of a client's distribution, again when its servers change. */
export class RingCamera {
  readonly #client: Pick<Client, "explain" | "servers">;
  #servers = "";
  #picture: Promise<RingPicture> | undefined;
  #isClosed = false;

  constructor(client: Pick<Client, "explain" | "servers">) {
    this.#client = client;
  }

  /** Gives the picture. It is the same object as long as the servers are the same. */
  picture(): Promise<RingPicture> {
    const servers = JSON.stringify(this.#client.servers);
    if (this.#picture === undefined || this.#servers !== servers) {
      this.#servers = servers;
      this.#picture = takePicture(this.#client, () => this.#isClosed);
    }
    return this.#picture;
  }

  /** Ends a picture that is being taken, and resolves when nothing goes on any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#picture?.catch(() => {});
  }
}

/** Places keys, some at a time, so that nothing else has to wait for long. */
async function takePicture(
  client: Pick<Client, "explain" | "servers">,
  isOver: () => boolean,
): Promise<RingPicture> {
  const count = keysFor(client.servers.length);
  const keysOf = new Map<string, number>();
  const ownerOf = new Map<number, string>();
  for (let from = 0; from < count && !isOver(); from += AT_ONCE) {
    for (let i = from; i < from + AT_ONCE; i++) {
      const { server, point } = client.explain(`key:${i}`);
      keysOf.set(server, (keysOf.get(server) ?? 0) + 1);
      if (point !== undefined) ownerOf.set(point, server);
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const isRing = ownerOf.size > 0;
  const points = [...ownerOf.keys()].sort((a, b) => a - b);
  const owners = points.map((point) => ownerOf.get(point) as string);
  const names = [...keysOf.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const arcs = isRing ? arcsOf(points, owners) : keysOf;
  const sum = isRing ? CIRCLE : count;
  const shown = every(points.length, MOST_POINTS);
  return {
    isRing,
    keys: count,
    servers: names.map((name) => ({ name, share: (arcs.get(name) ?? 0) / sum })),
    points: shown.map((i) => points[i]),
    owners: shown.map((i) => names.indexOf(owners[i])),
  };
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
 * How many keys to place. With 256 for each server, 35 of 36 points are found of one with 100 points, and those that are
 * missed have the smallest arcs. To explain a key takes a step for each server.
 */
function keysFor(servers: number): number {
  if (servers === 0) return 0;
  return Math.min(
    Math.max(8192, 256 * servers),
    Math.floor(MOST_STEPS / servers / AT_ONCE) * AT_ONCE,
  );
}

/** A second of work, in pieces. */
const MOST_STEPS = 4_096_000;
const AT_ONCE = 512;
/** More cannot be seen. */
const MOST_POINTS = 6000;
const CIRCLE = 2 ** 32;
