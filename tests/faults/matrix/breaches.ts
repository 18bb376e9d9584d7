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
/** What is wrong however long this process was halted. */
const AT_ANY_TIME =
  /: (?:gave|threw|was carried out|told of a failure inside|closed a socket twice)/;
/** How often a scene is played, at most, until this process was not halted meanwhile. */
const MOST_PLAYED = 4;

/** Faults that differ in what a connection reads, and not in what becomes of a call. */
const FAMILIES: readonly RegExp[] = [
  /^length wrong/,
  /^value cut/,
  /^garbage/,
  /^extra reply/,
  /^(ERROR|CLIENT_ERROR) /,
  /^full /,
  /^(slow|late|single bytes|write that takes)/,
  /^dropped/,
  / meanwhile$/,
  /^(refused|name that|dial that (fails|throws))/,
  /that never ends$/,
  /^(write that fails|read that (fails|ends)|close that)/,
];

/** Gives the faults for a row that plays one of each family: another one in each row, so that all are played. */
export function oneOfEachFamily(row: number): readonly MatrixFault[] {
  const left = new Set(FAULTS);
  for (const family of FAMILIES) {
    const faults = FAULTS.filter(({ name }) => family.test(name));
    for (const fault of faults) if (fault !== faults[row % faults.length]) left.delete(fault);
  }
  return Array.from(left);
}

/**
 * Plays methods against faults, and gives what went wrong.
 *
 * @param faultsOf Gives the faults for a row, by its number; those that methods share are always played.
 */
export async function breachesOf(
  methods: readonly MatrixMethod[],
  faultsOf: (row: number) => readonly MatrixFault[] = () => FAULTS,
): Promise<string[]> {
  const cells: readonly Cell[] = methods.flatMap((method) => [
    { method, strict: false },
    { method, strict: true },
    ...(method.mayBeQuiet ? [{ method, strict: true, noreply: true }] : []),
  ]);
  const faults = new Map(methods.map((method, row) => [method, faultsOf(row)]));
  const own = ownScenes(cells, ({ method }) => faults.get(method) ?? FAULTS);
  const shared = sharedScenes(cells);
  const calls = [...shared, ...own].reduce((sum, { cells }) => sum + cells.length, 0);
  console.log(`fault matrix: ${methods.length} methods × faults × 2 or 3 modes = ${calls} calls`);
  using halts = new Halts(HALT);
  const breaches: string[] = [];
  const stages = [[shared, SHARED_WIDTH], [own, WIDTH]] as const;
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

/** What was found while this process was halted says nothing, if it is a matter of time. */
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
    if (breaches.some((breach) => AT_ANY_TIME.test(breach))) break;
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
function ownScenes(
  cells: readonly Cell[],
  faultsOf: (cell: Cell) => readonly MatrixFault[],
): Played[] {
  return cells.flatMap((cell) =>
    faultsOf(cell).filter(({ isShared }) => !isShared).map((fault) => ({ fault, cells: [cell] }))
  );
}
