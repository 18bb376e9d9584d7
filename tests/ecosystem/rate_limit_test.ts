/** The store for rate limits behind the middleware it is made for. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { rateLimit } from "express-rate-limit";
import { Hono } from "hono";
import { rateLimiter } from "hono-rate-limiter";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { startMemcached } from "../support/memcached.ts";

Deno.test("RateLimitStore is a store of hono-rate-limiter", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const app = new Hono();
  app.use(rateLimiter({
    windowMs: 60_000,
    limit: 3,
    keyGenerator: (context) => context.req.header("user") ?? "",
    store: new RateLimitStore({ client }),
  }));
  app.get("/", (context) => context.text("welcome"));
  const ask = async (user: string) => (await app.request("/", { headers: { user } })).status;
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push(await ask("Ada"));
  assertEquals(statuses, [200, 200, 200, 429, 429]);
  assertEquals(await ask("Eve"), 200);
});

Deno.test("RateLimitStore is a store of express-rate-limit, with its own checks", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const limit = rateLimit({
    windowMs: 60_000,
    limit: 3,
    standardHeaders: "draft-6",
    keyGenerator: () => "Ada",
    handler: (_request, response) => void Object.assign(response, { statusCode: 429 }).end(),
    store: new RateLimitStore({ client }),
  }) as unknown as (...given: [IncomingMessage, ServerResponse, next: () => void]) => void;
  const listening = createServer((request, response) => {
    limit(request, response, () => response.end("welcome"));
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as { port: number };
  const seen = [];
  for (let i = 0; i < 4; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    await response.text();
    seen.push([response.status, response.headers.get("RateLimit-Remaining")]);
  }
  listening.closeAllConnections();
  await new Promise((resolve) => listening.close(resolve));
  assertEquals(seen, [[200, "2"], [200, "1"], [200, "0"], [429, "0"]]);
});
