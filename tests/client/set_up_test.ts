/** A set-up that can never work: every call rejects, or the console hears of it once. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Client, type ClientOptions, ConnectionError, ServerDeadError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { settle } from "../support/settle.ts";
import { VERBS } from "../support/verbs.ts";

/** Runs something while the console keeps its warnings, and gives them. */
async function warnings(run: () => Promise<void>): Promise<string[]> {
  const { warn } = console;
  const said: string[] = [];
  console.warn = (text: string) => said.push(text);
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return said;
}

const bug = () => {
  throw new TypeError("connect has a bug");
};
const notCapable = () => {
  throw Object.assign(new Error("Requires net access"), { name: "NotCapable" });
};
const noAccess = () => {
  throw Object.assign(new Error("Access to this API has been restricted"), {
    code: "ERR_ACCESS_DENIED",
  });
};
const weather = () => {
  throw Object.assign(new Error("connection refused"), { name: "ConnectionRefused" });
};

for (const [what, connect] of Object.entries({ bug, notCapable, noAccess })) {
  Deno.test(`Client rejects in every verb when its set-up cannot work: ${what}`, async () => {
    for (const verb of VERBS) {
      if (verb.kind === "client") continue;
      for (const servers of [["127.0.0.1:1"], ["127.0.0.1:1", "127.0.0.1:2"]]) {
        await using client = new Client(servers, { connect, allowFlushAll: true });
        const failures: string[] = [];
        client.addEventListener("failure", ({ verb }) => failures.push(verb ?? ""));
        const error = await assertRejects(() => verb.call(client), `${verb.name} rejects`);
        assertStringIncludes(String(error), "Cannot ");
        await settle();
        assertEquals(failures.length > 0, true, `${verb.name} tells of its failure`);
      }
    }
  });
}

Deno.test("Client goes on to reject while the server is dead for the set-up's sake, and no longer", async () => {
  let connect = notCapable;
  await using client = new Client("127.0.0.1:1", { connect: () => connect(), retryTimeout: 0 });
  await assertRejects(() => client.get("key"), ConnectionError, "Requires net access");
  client.config({ retryTimeout: 5000 });
  await assertRejects(() => client.get("key"), ServerDeadError, "Requires net access");
  client.config({ retryTimeout: 0 });
  connect = weather as typeof notCapable;
  assertEquals(await client.get("key"), undefined);
});

Deno.test("Client says once on the console that no call to a server has succeeded", async () => {
  await using server = await MemcachedServer.start();
  const lines = await warnings(async () => {
    await using client = new Client(["127.0.0.1:1 away", server.address], {
      ...{ retryTimeout: 0, connectTimeout: 5000, pollTimeout: 5000 },
    });
    for (let i = 0; i < 20; i++) await client.get(`key${i}`);
    await client.getMulti(Array.from({ length: 20 }, (_, i) => `key${i}`));
    await eventually("both servers have been used", () => server.commands.has("get"));
    await server.stop();
    // It has answered before, so that its failures are weather.
    for (let i = 0; i < 20; i++) await client.get(`key${i}`);
  });
  assertEquals(lines.length, 1);
  assertStringIncludes(
    lines[0],
    "No call to away has succeeded yet, and callers see no error",
  );
  assertStringIncludes(lines[0], "refused");
  assertStringIncludes(lines[0], "Check address and port");
});

Deno.test("Client says it on the console too when an observer shows failures to nobody", async () => {
  const lines = await warnings(async () => {
    const observer = { seesFailures: false, happened: () => {} };
    await using client = new Client("127.0.0.1:1", { observer });
    await client.get("key");
    await settle();
  });
  assertEquals(lines.length, 1);
});

const hears: Record<string, ClientOptions> = {
  "warn is false": { warn: false },
  "the call is strict": { strict: true },
  "an observer hears of failures": { observer: { happened: () => {} } },
  "a listener hears of failures": {},
  "a listener hears of dead servers": {},
};
for (const [when, options] of Object.entries(hears)) {
  Deno.test(`Client says nothing on the console when ${when}`, async () => {
    const lines = await warnings(async () => {
      await using client = new Client("127.0.0.1:1", options);
      if (when.endsWith("hears of failures")) client.addEventListener("failure", () => {});
      if (when.endsWith("dead servers")) client.addEventListener("dead", () => {});
      await client.get("key").catch(() => {});
      await settle();
    });
    assertEquals(lines, []);
  });
}

Deno.test("Client with failover says on the console which server was never there", async () => {
  await using server = await MemcachedServer.start();
  const lines = await warnings(async () => {
    await using client = new Client(["127.0.0.1:1 away", server.address], { failover: true });
    for (let i = 0; i < 20; i++) await client.set(`key${i}`, i);
    await settle();
  });
  assertEquals(lines.length, 1);
  assertStringIncludes(lines[0], "No call to away has succeeded yet");
});
