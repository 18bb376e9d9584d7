import { assert, assertEquals } from "@std/assert";
import { startMemcached } from "../../support/memcached.ts";
import { Example } from "./example.ts";

Deno.test("examples: a job goes on if its process dies, is held up, or memcached begins anew", async () => {
  await using server = await startMemcached();
  await Promise.all([died(server.address), wasHeldUp(server.address), beganAnew()]);
});

/** The holder is killed in the middle. */
async function died(server: string): Promise<void> {
  await using one = await start(server, "died");
  await using two = await start(server, "died");
  const holder = await Promise.any([one, two].map((program) => withLock(program)));
  const other = holder === one ? two : one;
  await holder.line(/^step 3$/);
  assertEquals(other.lines, [], "one process at a time");
  holder.kill("SIGKILL");
  await holder.ended();
  assertEquals(await other.ended(), 0);
  assert(tokensOf(other)[0] > tokensOf(holder)[0]);
  assertEquals(other.lines.at(-1), "done");
  const [before, after] = [stepsOf(holder), stepsOf(other)];
  const again = after[0] === before.at(-1) ? after.slice(1) : after;
  assertEquals([...before, ...again], ALL_STEPS);
}

/** The holder stands still until its lock is over, and runs on while another one is at work. */
async function wasHeldUp(server: string): Promise<void> {
  await using holder = await start(server, "held-up");
  await holder.line(/^step 3$/);
  holder.kill("SIGSTOP");
  await using other = await start(server, "held-up");
  await other.line(/^step /);
  holder.kill("SIGCONT");
  await holder.line(/^refused$/);
  assert(tokensOf(other)[0] > tokensOf(holder)[0]);
  assertEquals(await other.ended(), 0);
  assertEquals(stepsOf(other).at(-1), ALL_STEPS.length);
  // It stands ready again, finds the job done, and does no step of it.
  const refused = holder.lines.indexOf("refused");
  assertEquals(await holder.ended(), 0);
  assertEquals(holder.lines.slice(refused + 1).filter((line) => line.startsWith("step")), []);
}

/** memcached begins anew, with its tokens, and with nothing of the job. */
async function beganAnew(): Promise<void> {
  const first = await startMemcached();
  await using stack = new AsyncDisposableStack();
  stack.use(first);
  await using holder = await start(first.address, "anew");
  await holder.line(/^step 3$/);
  holder.kill("SIGSTOP");
  await first.stop();
  stack.use(await startMemcached({ port: first.port! }));
  holder.kill("SIGCONT");
  assertEquals(await holder.ended(), 0);
  const again = holder.lines.findLastIndex((line) => line.startsWith("lock "));
  const steps = holder.lines.slice(again).filter((line) => line.startsWith("step "));
  assertEquals(steps, ALL_STEPS.map((step) => `step ${step}`));
  assertEquals(holder.lines.at(-1), "done");
}

async function withLock(program: Example): Promise<Example> {
  await program.line(/^lock /);
  return program;
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
