import { assertEquals, assertStringIncludes } from "@std/assert";
import { ConnectionError } from "@libmc/libmc";
import { breachesOf, FAULTS } from "./matrix/breaches.ts";
import { play } from "./matrix/cell.ts";
import { META_METHODS } from "./matrix/meta_methods.ts";
import { COUNTER, MATRIX_METHODS, type MatrixMethod } from "./matrix/methods.ts";
import { OPTION_METHODS } from "./matrix/option_methods.ts";
import type { MatrixFault } from "./matrix/scene.ts";
import { STEP_METHODS } from "./matrix/step_methods.ts";

const METHODS = [...MATRIX_METHODS, ...META_METHODS, ...STEP_METHODS, ...OPTION_METHODS];

Deno.test("fault matrix: every method settles once, in time and right, whatever goes wrong", async () => {
  const breaches = await breachesOf(METHODS);
  assertEquals(breaches.length, 0, [...new Set(breaches)].slice(0, 40).join("\n"));
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
