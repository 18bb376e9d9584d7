import { assert, assertEquals } from "@std/assert";
import { MemcachedServer } from "../../../src/testing/mod.ts";
import { churn } from "./churn.ts";

Deno.test("Client gives no wrong value and fails no call while servers are added and removed", async () => {
  const seed = 7;
  await using stack = new AsyncDisposableStack();
  const servers: string[] = [];
  for (let i = 0; i < 4; i++) servers.push(stack.use(await MemcachedServer.start()).address);
  const result = await churn({ rounds: 150, callers: 16, seed, servers });
  const { wrong, failed, increments, counted, certain } = result;
  assertEquals([wrong, failed, counted], [[], [], increments], `seed ${seed}`);
  assert(certain > 100, `only ${certain} reads had to hit`);
});
