/** Servers that say anything: whatever comes, each call ends by itself, with a result or a typed error. */

import { assert } from "@std/assert";
import { type Client, MemcachedError } from "@libmc/libmc";
import { ScriptedServer, type ScriptStep } from "@libmc/libmc/testing";
import { within } from "../../support/eventually.ts";
import { Random } from "../../support/random.ts";
import { patient } from "./rig.ts";

const WORDS = [
  ...["OK\r\n", "END\r\n", "ERROR\r\n", "BUSY x\r\n", "key=a exp=-1 la=1 cas=1 fetch=no\n", "\n"],
  ...["ts=1.5 gid=1 type=item_get key=%FF\n", "skipped=3\n", "STAT a 1\r\n", "STAT 1:a 2\r\n"],
  ...[
    "STAT items:1:number 99999999999999999999\r\n",
    "key=%",
    "\0",
    "\xff\xfe\r\n",
    " ",
    "\r\n\r\n",
  ],
  ...[
    "VALUE a 0 1\r\n1\r\n",
    "CLIENT_ERROR unauthenticated\r\n",
    "NOTSTARTED\r\n",
    "x".repeat(9000),
  ],
];

const CALLS: readonly ((client: Client) => Promise<unknown>)[] = [
  ({ admin }) => Array.fromAsync(admin.keys()),
  ({ admin }) => Array.fromAsync(admin.watch(["fetchers", "sysevents"])),
  ({ admin }) => admin.stats(),
  ({ admin }) => admin.stats("items"),
  ({ admin }) => admin.stats("slabs"),
  ({ admin }) => admin.stats("conns"),
  ({ admin }) => admin.stats("sizes"),
  ({ admin }) => admin.slabs.automove(1),
  (client) => client.admin.raw([...client.counters().keys()][0], "anything"),
];

Deno.test("admin ends every call with a result or a typed error, whatever a server says", async () => {
  const random = new Random(20261128);
  for (let round = 0; round < 300; round++) {
    const steps: ScriptStep[] = [];
    for (let left = random.below(6); left > 0; left--) {
      const word = random.pick(WORDS);
      steps.push(random.below(4) === 0 ? word.slice(0, random.below(word.length)) : word);
    }
    steps.push({ close: true });
    await using server = await ScriptedServer.start({
      script: [steps.filter((step) => step !== "")],
    });
    await using client = patient(server.address, { timeout: 300 });
    const call = random.pick(CALLS);
    const about = `seed ${random.seed}, round ${round}: ${call} of ${JSON.stringify(steps)}`;
    try {
      await within(about, call(client));
    } catch (error) {
      assert(error instanceof MemcachedError, `${about} gave ${error}`);
    }
  }
});
