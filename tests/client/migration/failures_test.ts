/** Whatever fails on the old side in a call of a client that moves is told by that client, too. */

import { assertEquals, assertRejects } from "@std/assert";
import { type Client, type MigrationStage, ReplyError } from "@libmc/libmc";
import { settle } from "../../support/settle.ts";
import { startRig } from "./rig.ts";

/** What has failed at a client: the method and the name of each error. */
function failuresOf(client: Client): string[] {
  const told: string[] = [];
  client.addEventListener("failure", ({ verb, error }) => told.push(`${verb} ${error?.name}`));
  return told;
}

const CALLS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  get: (client) => client.get("key"),
  getMulti: async (client) => Array.from(await client.getMulti(["key", "other"])),
  set: (client) => client.set("key", "new"),
  getOrSet: (client) => client.getOrSet("key", () => "loaded", { ttl: 60 }),
  lock: (client) => client.lock("key", { ttl: 60 }),
};
const ANSWERS: Readonly<Record<string, unknown>> = {
  get: undefined,
  getMulti: [],
  set: false,
  getOrSet: "loaded",
  lock: undefined,
};

for (const [verb, call] of Object.entries(CALLS)) {
  Deno.test(`Client that moves tells once that ${verb}() has failed on the old side, as the old client does`, async () => {
    await using rig = await startRig();
    const client = rig.moving({ stage: "read_old" });
    const clients = [client, rig.old];
    const told = clients.map(failuresOf);
    rig.before.fault({ kind: "serverError" });
    assertEquals(await call(client), ANSWERS[verb]);
    await settle();
    const failures = told[1].filter((each) => each.startsWith(verb));
    assertEquals(failures, [`${verb} ReplyError`]);
    assertEquals(told[0].filter((each) => each.startsWith(verb)), failures);
    assertEquals(client.lastError?.name, "ReplyError");
  });
}

Deno.test("Client that moves is as strict on the old side as it is itself", async () => {
  await using rig = await startRig();
  const stage: MigrationStage = "read_old";
  const client = rig.moving({ stage }, { strict: true });
  const told = failuresOf(client);
  rig.before.fault({ kind: "serverError" });
  await assertRejects(() => client.get("key"), ReplyError);
  await assertRejects(() => rig.moving({ stage }).get("key", { strict: true }), ReplyError);
  await settle();
  assertEquals(told, ["get ReplyError"]);
  assertEquals(await rig.old.get("key"), undefined);
});

Deno.test("Client that moves tells of a read beneath that fails on the old side, counts it, and misses", async () => {
  await using rig = await startRig();
  await rig.old.set("key", "old");
  for (const [i, strict] of [false, true].entries()) {
    const client = rig.moving({ stage: "read_new" }, { strict });
    const told = failuresOf(client);
    // Somebody else is carrying it: it is read where it is.
    await rig.plain.meta.get("key", { vivify: 30 });
    const fault = rig.before.fault({ kind: "serverError", commands: ["get"] });
    assertEquals(await client.get("key"), undefined);
    await settle();
    assertEquals([told, client.migration?.counters().failures], [["get ReplyError"], 1], `${i}`);
    fault.remove();
    assertEquals(await client.get("key"), "old");
    assertEquals(client.migration?.counters().failures, 1);
  }
});
