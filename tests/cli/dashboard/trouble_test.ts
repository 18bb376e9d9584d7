import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { PROBE_OPTIONS, probeOf } from "../../../src/cli/dashboard/probe.ts";
import { troubleOf } from "../../../src/cli/dashboard/trouble.ts";
import { systemClock } from "../../../src/clock.ts";
import { startAskingMemcached } from "../../security/auth_rig.ts";

Deno.test("troubleOf() says of each failure what to check", async () => {
  const rows: [server: string, advice: RegExp][] = [
    ["127.0.0.1:1", /Is memcached running/],
    ["no-such-host.invalid:11211", /No machine has this name/],
    ["/tmp/no-such-folder/memcached.sock", /Nothing listens there/],
  ];
  for (const [server, advice] of rows) {
    const client = new Client(server, PROBE_OPTIONS);
    const probe = probeOf(client, systemClock);
    // The second time the server is dead, and the reason is that of the first time.
    for (let i = 0; i < 2; i++) {
      const trouble = troubleOf(await failureOf(() => probe.ask()));
      assert(advice.test(trouble.advice), `${server}: ${JSON.stringify(trouble)}`);
      assert(trouble.message.startsWith("Cannot connect to "), trouble.message);
    }
    await probe.close();
  }
});

Deno.test("troubleOf() knows a server that hangs, and one that asks for a password", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["stats"], then: "silence" });
  const silent = new Client(server.address, { ...PROBE_OPTIONS, pollTimeout: 30 });
  const hangs = troubleOf(await failureOf(() => probeOf(silent, systemClock).ask()));
  assert(hangs.advice.includes("says nothing"), JSON.stringify(hangs));
  await silent.close();

  await using guarded = await startAskingMemcached();
  const unknown = new Client(guarded.address, PROBE_OPTIONS);
  const refused = troubleOf(await failureOf(() => probeOf(unknown, systemClock).ask()));
  assert(refused.advice.includes("password"), JSON.stringify(refused));
  await unknown.close();
});

Deno.test("troubleOf() takes whatever is thrown", { permissions: "none" }, () => {
  assertEquals(troubleOf("odd").message, "odd");
  assertEquals(troubleOf(undefined).message, "undefined");
  const cause = Object.assign(new Error("Requires net access to x, run again with --allow-net"), {
    name: "NotCapable",
  });
  assert(troubleOf(cause).advice.includes("-N"));
  const socket = new Error('Requires write access to "/run/memcached.sock", run again with …');
  assert(troubleOf(socket).advice.includes("--allow-write"));
});

async function failureOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail");
}
