/** Plays methods against all faults. */

import { type Cell, play } from "./cell.ts";
import { DIAL_FAULTS } from "./dial_faults.ts";
import { Halts } from "./halts.ts";
import type { MatrixMethod } from "./methods.ts";
import { PROCESS_FAULTS } from "./process_faults.ts";
import { PROXY_FAULTS } from "./proxy_faults.ts";
import type { MatrixFault } from "./scene.ts";
import { SERVER_FAULTS } from "./server_faults.ts";

/** All faults. */
export const FAULTS: readonly MatrixFault[] = [
  ...[...PROCESS_FAULTS, ...SERVER_FAULTS],
  ...[...PROXY_FAULTS, ...DIAL_FAULTS],
];

/** How many scenes are played at once, and how many of those that have many clients, who dial at once. */
const WIDTH = 24;
const SHARED_WIDTH = 3;
/** Most cells that share a scene. */
const MOST_CELLS = 40;
/** Milliseconds for which this process may be halted while a scene is played: a good part of the limits of its clients. */
const HALT = 40;
/** How often a scene is played, at most, until this process was not halted meanwhile. */
const MOST_PLAYED = 4;

/** Plays each method against each fault, and gives what went wrong. */
export async function breachesOf(methods: readonly MatrixMethod[]): Promise<string[]> {
  const cells: readonly Cell[] = methods.flatMap((method) => [
    { method, strict: false },
    { method, strict: true },
    ...(method.mayBeQuiet ? [{ method, strict: true, noreply: true }] : []),
  ]);
  console.log(
    `fault matrix: ${methods.length} methods × ${FAULTS.length} faults × 2 or 3 modes = ` +
      `${FAULTS.length * cells.length} calls`,
  );
  using halts = new Halts(HALT);
  const breaches: string[] = [];
  const stages = [[sharedScenes(cells), SHARED_WIDTH], [ownScenes(cells), WIDTH]] as const;
  for (const [scenes, width] of stages) {
    await Promise.all(Array.from({ length: width }, async () => {
      for (let scene = scenes.shift(); scene !== undefined; scene = scenes.shift()) {
        breaches.push(...await breachesIn(scene, halts));
      }
    }));
  }
  return breaches;
}

interface Played {
  readonly fault: MatrixFault;
  readonly cells: readonly Cell[];
}

/** What was found while this process was halted says nothing. */
async function breachesIn({ fault, cells }: Played, halts: Halts): Promise<string[]> {
  let breaches: string[] = [];
  for (let i = 0; i < MOST_PLAYED; i++) {
    const began = performance.now();
    try {
      breaches = await play(fault, cells);
    } catch (error) {
      breaches = [`${cells[0].method.name} × ${fault.name}: ${error}`];
    }
    if (breaches.length === 0 || !halts.since(began)) break;
    console.log(`fault matrix: played again after a halt of this process: ${breaches[0]}`);
  }
  return breaches;
}

/** The scenes that methods share. */
function sharedScenes(cells: readonly Cell[]): Played[] {
  const parts = Array.from(
    { length: Math.ceil(cells.length / MOST_CELLS) },
    (_, i) => cells.slice(i * MOST_CELLS, (i + 1) * MOST_CELLS),
  );
  return FAULTS.filter(({ isShared }) => isShared)
    .flatMap((fault) => parts.map((cells) => ({ fault, cells })));
}

/** Those of one cell, by cell: so what waits and what works is played side by side, and neither lets the other be late. */
function ownScenes(cells: readonly Cell[]): Played[] {
  const faults = FAULTS.filter(({ isShared }) => !isShared);
  return cells.flatMap((cell) => faults.map((fault) => ({ fault, cells: [cell] })));
}
