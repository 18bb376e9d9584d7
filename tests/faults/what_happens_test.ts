import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type CallOptions, Client, ClosedError, MemcachedError } from "@libmc/libmc";
import { within } from "../support/eventually.ts";
import { rowsOfTable } from "../support/document_tables.ts";
import { recordEvents } from "../support/failures.ts";
import { type Row, ROWS, type Trouble } from "./what_happens.ts";

for (const row of ROWS) {
  Deno.test(`Client, what happens when: ${row.when}`, async () => {
    await softly(row);
    await strictly(row);
  });
}

const PAGE = new URL("../../docs/what_happens.md", import.meta.url);

Deno.test("docs/what_happens.md says of each failure what is tested here", async () => {
  const rows = await rowsOfTable(PAGE, /^\| when +\| by default/);
  assertEquals(rows, ROWS.map(({ when, soft, strict }) => [when, soft, strict]));
});

Deno.test("docs/what_happens.md says what fires no event and is not counted: wrong use, an abort, a call after close()", async () => {
  assertStringIncludes(
    (await Deno.readTextFile(PAGE)).replace(/\s+/g, " "),
    "With and without `strict`, every failure fires a `failure` event, is counted by `counters()` and becomes " +
      "`lastError`. Wrong use, an aborted signal and a call after `close()` always reject; they fire no event and " +
      "are not counted.",
  );
  for (const strict of [false, true]) {
    const client = new Client("127.0.0.1:1", {
      strict,
      connectTimeout: 100,
      connect: (_, signal) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const { failure } = recordEvents(client);
    const set = (key: string, options: CallOptions = {}) =>
      within("set", client.set(key, 1, options));
    await assertRejects(() => set("two words"), TypeError);
    await assertRejects(() => set("x".repeat(251)), RangeError);
    const controller = new AbortController();
    const aborted = assertRejects(() => set("a", { signal: controller.signal }), DOMException);
    controller.abort();
    await aborted;
    assertEquals([failure.length, sum(client), client.lastError], [0, 0, undefined]);

    // What was begun before is told of.
    const begun = set("a").catch((error) => error);
    await client.close();
    const error = await begun;
    const told = [failure.length, sum(client), client.lastError] as const;
    assertEquals(told, [1, 1, failure[0].error]);
    assertEquals(error, strict ? client.lastError : false);
    await assertRejects(() => set("a"), ClosedError);
    assertEquals([failure.length, sum(client), client.lastError], told);
  }
});

/** By default a failure is a miss, or `false`, and is heard of. */
async function softly(row: Row): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const trouble = await row.open(stack, { strict: false });
  const { client } = trouble;
  const { failure } = recordEvents(client);
  const before = sum(client);
  const stored = within("set", set(trouble)).catch((error) => error);
  await struck(trouble);
  if (row.isWrongUse) {
    await assertWrongUse(row, trouble, await stored);
    assertEquals([failure.length, client.lastError], [0, undefined]);
    return;
  }
  const isWell = row.error === undefined;
  if (row.isSetUp) {
    assertError(await stored, row.error!, "no");
    assertError(await get(trouble).catch((error) => error), row.later!);
    return assertEquals([failure.length, sum(client) - before], [2, 2]);
  }
  assertEquals(await stored, isWell);
  assertEquals(await within("get", get(trouble)), isWell ? "value" : undefined);
  assertEquals(failure.length, isWell ? 0 : row.when.startsWith("The value") ? 1 : 2);
  if (isWell) return await trouble.check?.();
  assertEquals(failure[0].error?.name, row.error?.[0]);
  assertEquals(sum(client) - before, failure.length);
}

/** With `strict` it is an error that says what there is. */
async function strictly(row: Row): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const trouble = await row.open(stack, { strict: true });
  const first = within("set", set(trouble)).catch((error) => error);
  await struck(trouble);
  const error = await first;
  if (row.error === undefined) {
    assertEquals(error, true);
    return await trouble.check?.();
  }
  if (row.isWrongUse) return await assertWrongUse(row, trouble, error);
  assertError(error, row.error, row.sent ?? "no");
  if (row.later === undefined) return;
  assertError(await within("set", set(trouble)).catch((error) => error), row.later);
}

async function assertWrongUse(row: Row, { stored }: Trouble, error: unknown): Promise<void> {
  assert(error instanceof Error, `${row.when}: it gave ${error}`);
  assertEquals(error.name, row.error?.[0]);
  assertStringIncludes(error.message, row.error?.[1] ?? "");
  if (stored !== undefined) assertEquals(await stored(), 0);
}

function assertError(
  error: unknown,
  [name, message]: readonly [string, string],
  sent?: "no" | "maybe",
): void {
  assert(error instanceof MemcachedError, `it gave ${error}`);
  assertEquals(error.name, name);
  const reasons = [error.message, error.cause instanceof Error ? error.cause.message : ""];
  // One library for TLS says "wrong version number", another WRONG_VERSION_NUMBER.
  const plain = (text: string) => text.replaceAll("_", " ").toLowerCase();
  assertStringIncludes(plain(reasons.join(": ")), plain(message));
  if (sent !== undefined) assertEquals([error.sent, error.command], [sent, "set"]);
}

function set({ client, key = "key", value = "value" }: Trouble): Promise<boolean> {
  return client.set(key, value);
}

function get({ client, key = "key" }: Trouble): Promise<unknown> {
  return client.get(key);
}

/** Lets it go wrong once the request has left. */
async function struck({ client, strike }: Trouble): Promise<void> {
  if (strike === undefined) return;
  const before = written(client);
  while (written(client) === before) await new Promise((resolve) => setTimeout(resolve, 1));
  await strike();
}

function written(client: Client): number {
  return Array.from(client.counters().values(), ({ bytesWritten }) => bytesWritten)[0];
}

function sum(client: Client): number {
  return Array.from(client.counters().values(), ({ failures }) => failures)[0];
}
