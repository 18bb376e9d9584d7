import { assert, assertEquals } from "@std/assert";
import { startMemcached } from "../../support/memcached.ts";
import { Example } from "./example.ts";

Deno.test("examples: the job goes on elsewhere if its process dies, and refuses one that was held up", async () => {
  await using server = await startMemcached();
  await Promise.all([died(server.address), wasHeldUp(server.address)]);
});

/** The holder is killed in the middle. */
async function died(server: string): Promise<void> {
  await using first = await start(server, "died");
  await first.line(/^step 3$/);
  await using second = await start(server, "died");
  await first.line(/^step 8$/);
  assertEquals(second.lines, [], "one process at a time");
  first.kill("SIGKILL");
  await first.ended();
  assertEquals(await second.ended(), 0);
  assert(tokensOf(second)[0] > tokensOf(first)[0]);
  assertEquals(second.lines.at(-1), "done");
  const [before, after] = [stepsOf(first), stepsOf(second)];
  const again = after[0] === before.at(-1) ? after.slice(1) : after;
  assertEquals([...before, ...again], ALL_STEPS);
}

/** The holder stands still until its lock is over, and runs on while another one is at work. */
async function wasHeldUp(server: string): Promise<void> {
  await using first = await start(server, "held-up");
  await first.line(/^step 5$/);
  first.kill("SIGSTOP");
  await using second = await start(server, "held-up");
  await second.line(/^step 8$/);
  first.kill("SIGCONT");
  await first.line(/^refused$/);
  const [token] = tokensOf(first);
  assert(tokensOf(second)[0] > token);
  assertEquals(await second.ended(), 0);
  assertEquals(stepsOf(second).at(-1), ALL_STEPS.length);
  // It stands ready again, finds the job done, and does no step of it.
  const refused = first.lines.indexOf("refused");
  assertEquals(await first.ended(), 0);
  assertEquals(first.lines.slice(refused + 1).filter((line) => line.startsWith("step")), []);
}

function start(server: string, job: string): Promise<Example> {
  return Example.start("job_lock", { env: { MEMCACHED: server }, args: [job] });
}

function stepsOf({ lines }: Example): number[] {
  return lines.filter((line) => line.startsWith("step ")).map((line) => Number(line.slice(5)));
}

function tokensOf({ lines }: Example): bigint[] {
  return lines.filter((line) => line.startsWith("lock ")).map((line) => BigInt(line.slice(5, -1)));
}

const ALL_STEPS = Array.from({ length: 20 }, (_, i) => i + 1);
