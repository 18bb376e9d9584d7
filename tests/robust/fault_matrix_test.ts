import { assertEquals } from "@std/assert";
import { METHODS } from "../client/methods.ts";
import { type Cell, play } from "./matrix/cell.ts";
import { DIAL_FAULTS } from "./matrix/dial_faults.ts";
import { MATRIX_METHODS } from "./matrix/methods.ts";
import { PROCESS_FAULTS } from "./matrix/process_faults.ts";
import { PROXY_FAULTS } from "./matrix/proxy_faults.ts";
import type { MatrixFault } from "./matrix/scene.ts";
import { SERVER_FAULTS } from "./matrix/server_faults.ts";

const FAULTS = [...PROCESS_FAULTS, ...SERVER_FAULTS, ...PROXY_FAULTS, ...DIAL_FAULTS];
const CELLS: readonly Cell[] = MATRIX_METHODS.flatMap((method) => [
  { method, strict: false },
  { method, strict: true },
]);
/** How many scenes are played at once. */
const WIDTH = 24;

Deno.test("fault matrix: every method settles once, in time and right, whatever goes wrong", async () => {
  console.log(
    `fault matrix: ${MATRIX_METHODS.length} methods × ${FAULTS.length} faults × 2 modes = ` +
      `${FAULTS.length * CELLS.length} calls`,
  );
  const breaches: string[] = [];
  const scenes = FAULTS.flatMap(scenesOf);
  await Promise.all(Array.from({ length: WIDTH }, async () => {
    for (let scene = scenes.shift(); scene !== undefined; scene = scenes.shift()) {
      breaches.push(...await breachesOf(scene));
    }
  }));
  assertEquals(breaches.length, 0, breaches.slice(0, 40).join("\n"));
});

Deno.test("fault matrix: no method of the client is missing", () => {
  const names = new Set(MATRIX_METHODS.map(({ name }) => name));
  assertEquals(METHODS.map(({ name }) => name).filter((name) => !names.has(name)), []);
});

interface Played {
  readonly fault: MatrixFault;
  readonly cells: readonly Cell[];
}

async function breachesOf({ fault, cells }: Played): Promise<string[]> {
  try {
    return await play(fault, cells);
  } catch (error) {
    return [
      `${cells[0].method.name} × ${fault.name}: ${error}`,
    ];
  }
}

function scenesOf(fault: MatrixFault): Played[] {
  return fault.isShared
    ? [{ fault, cells: CELLS }]
    : CELLS.map((cell) => ({ fault, cells: [cell] }));
}
