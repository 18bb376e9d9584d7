/**
 * One step of a {@linkcode ScriptedServer}: it sends bytes, or a text as UTF-8, or waits for so many milliseconds, an
 * integer from 0 to 2,147,483,647, or closes the connection.
 *
 * @example A reply that breaks off
 * ```ts
 * import { Client, ConnectionError } from "@libmc/libmc";
 * import { ScriptedServer, type ScriptStep } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const reply: ScriptStep[] = ["VALUE a 0 5\r\n", { wait: 5 }, "he", { close: true }];
 * await using server = await ScriptedServer.start({ script: [reply] });
 * await using client = new Client(server.address, { strict: true });
 * await assertRejects(() => client.get("a"), ConnectionError);
 * ```
 */
export type ScriptStep =
  | string
  | Uint8Array
  | { readonly wait: number }
  | { readonly close: true };

/**
 * One part of a script: the bytes that must come, and the answer to them.
 *
 * @example A miss
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type ScriptedExchange, ScriptedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const miss: ScriptedExchange = { expect: "get a\r\n", reply: ["END\r\n"] };
 * await using server = await ScriptedServer.start({ script: [miss] });
 * await using client = new Client(server.address);
 * assertEquals(await client.get("a"), undefined);
 * assertEquals(server.mismatches, []);
 * ```
 */
export interface ScriptedExchange {
  /** The bytes that must come, at least one. Unless given, any bytes will do, as many as one read brings. */
  readonly expect?: string | Uint8Array;
  /** The steps that follow when the bytes have come. */
  readonly reply: readonly ScriptStep[];
}
