import { assertEquals, assertStringIncludes } from "@std/assert";
import { ConnectionError } from "@libmc/libmc";
import { type Cell, play } from "./matrix/cell.ts";
import { DIAL_FAULTS } from "./matrix/dial_faults.ts";
import { META_METHODS } from "./matrix/meta_methods.ts";
import { COUNTER, MATRIX_METHODS, type MatrixMethod } from "./matrix/methods.ts";
import { OPTION_METHODS } from "./matrix/option_methods.ts";
import { PROCESS_FAULTS } from "./matrix/process_faults.ts";
import { PROXY_FAULTS } from "./matrix/proxy_faults.ts";
import type { MatrixFault } from "./matrix/scene.ts";
import { SEVERAL_METHODS } from "./matrix/several_methods.ts";
import { SERVER_FAULTS } from "./matrix/server_faults.ts";
import { STEP_METHODS } from "./matrix/step_methods.ts";

const FAULTS = [...PROCESS_FAULTS, ...SERVER_FAULTS, ...PROXY_FAULTS, ...DIAL_FAULTS];
const METHODS = [
  ...[...MATRIX_METHODS, ...META_METHODS, ...STEP_METHODS],
  ...[...OPTION_METHODS, ...SEVERAL_METHODS],
];
const CELLS: readonly Cell[] = METHODS.flatMap((method) => [
  { method, strict: false },
  { method, strict: true },
  ...(method.mayBeQuiet ? [{ method, strict: true, noreply: true }] : []),
]);
/** How many scenes are played at once, and how many of those that have many clients, who dial at once. */
const WIDTH = 24;
const SHARED_WIDTH = 3;
/** Most cells that share a scene. */
const MOST_CELLS = 40;

Deno.test("fault matrix: every method settles once, in time and right, whatever goes wrong", async () => {
  console.log(
    `fault matrix: ${METHODS.length} methods × ${FAULTS.length} faults × 2 or 3 modes = ` +
      `${FAULTS.length * CELLS.length} calls`,
  );
  const breaches: string[] = [];
  for (const [scenes, width] of [[sharedScenes(), SHARED_WIDTH], [ownScenes(), WIDTH]] as const) {
    await Promise.all(Array.from({ length: width }, async () => {
      for (let scene = scenes.shift(); scene !== undefined; scene = scenes.shift()) {
        breaches.push(...await breachesOf(scene));
      }
    }));
  }
  const distinct = [...new Set(breaches)];
  assertEquals(breaches.length, 0, distinct.slice(0, 40).join("\n"));
});

Deno.test("fault matrix: finds an answer that is wrong, missing, untold or said not to be sent", async () => {
  const breaches: readonly [name: string, strict: boolean, MatrixMethod["call"], found: string][] =
    [
      ["get", false, () => Promise.resolve("value of another"), 'gave "value of another"'],
      ["getMulti", false, () => Promise.resolve(new Map([["k9", 1]])), "gave Map"],
      ["get", false, () => Promise.resolve(undefined), "failed without a word"],
      ["get", false, () => Promise.reject(new ConnectionError("lost")), "rejected: lost"],
      ["get", true, () => Promise.reject(new ConnectionError("lost")), "told nobody of: lost"],
      ["get", true, () => Promise.reject(new Error("odd")), "threw Error: odd"],
      ["get", false, () => new Promise(() => {}), "did not settle within"],
      [
        "get",
        true,
        (client, _, options) =>
          client.get("k0", { ...options, strict: false, signal: AbortSignal.timeout(20) })
            .catch(() => undefined),
        "failed without a word",
      ],
      [
        "incr",
        true,
        async (client) => {
          await client.incr(COUNTER);
          throw new ConnectionError("lost", { sent: "no" });
        },
        "was carried out, but not sent",
      ],
    ];
  const [fault, stall] = ["single bytes", "stalled"].map((wanted) =>
    FAULTS.find(({ name }) => name === wanted) as MatrixFault
  );
  await Promise.all(breaches.map(async ([name, strict, call, found]) => {
    const method = MATRIX_METHODS.find((method) => method.name === name) as MatrixMethod;
    const played = await play(String(call).includes("signal") ? stall : fault, [
      { method: { ...method, call }, strict },
    ], 500);
    assertStringIncludes(played.join(), found);
  }));
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

/** The scenes that methods share. */
function sharedScenes(): Played[] {
  const parts = Array.from(
    { length: Math.ceil(CELLS.length / MOST_CELLS) },
    (_, i) => CELLS.slice(i * MOST_CELLS, (i + 1) * MOST_CELLS),
  );
  return FAULTS.filter(({ isShared }) => isShared)
    .flatMap((fault) => parts.map((cells) => ({ fault, cells })));
}

/** Those of one cell, by cell: so what waits and what works is played side by side, and neither lets the other be late. */
function ownScenes(): Played[] {
  const faults = FAULTS.filter(({ isShared }) => !isShared);
  return CELLS.flatMap((cell) => faults.map((fault) => ({ fault, cells: [cell] })));
}
