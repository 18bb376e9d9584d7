/** The stores of sessions under the middleware they are made for. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { expressSessionStore, HonoSessionStore } from "@libmc/libmc/session";
import session from "express-session";
import { Hono } from "hono";
import { type Session, sessionMiddleware } from "hono-sessions";
import { createServer, type IncomingMessage } from "node:http";
import { startMemcached } from "../support/memcached.ts";

Deno.test("HonoSessionStore is a store of hono-sessions", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const app = new Hono<{ Variables: { session: Session } }>();
  app.use(
    "*",
    sessionMiddleware({ store: new HonoSessionStore({ client }), expireAfterSeconds: 60 }),
  );
  app.get("/add/:name", async (context) => {
    const session = context.get("session");
    await new Promise((resolve) => setTimeout(resolve, 5));
    session.set(context.req.param("name"), true);
    return context.text("added");
  });
  app.get("/out", (context) => {
    context.get("session").deleteSession();
    return context.text("out");
  });
  const cookie = cookieOf(await app.request("/add/first"));
  const ask = (path: string) => app.request(path, { headers: { cookie } });
  await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`/add/n${index}`)));
  const id = cookie.slice("session=".length);
  const kept = await client.get<{ _data: object }>(`session:${id}`);
  assertEquals(Object.keys(kept?._data ?? {}).length, 21);
  const ttl = (await client.meta.get(`session:${id}`, { ttl: true }))?.ttl ?? 0;
  assert(ttl > 55 && ttl <= 60, `ttl ${ttl}`);
  await ask("/out");
  assertEquals(await client.get(`session:${id}`), undefined);
});

Deno.test("expressSessionStore() is a store of express-session", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const middleware = session({
    secret: "only a test",
    resave: false,
    rolling: true,
    saveUninitialized: false,
    cookie: { maxAge: 60_000 },
    store: expressSessionStore(session.Store, { client }),
  });
  type Kept = Record<string, unknown> & { destroy(done: () => void): void };
  const listening = createServer((request, response) => {
    const url = request.url ?? "/";
    middleware(request, response, () => {
      const { session } = request as IncomingMessage & { session: Kept };
      if (url === "/out") return session.destroy(() => response.end("out"));
      if (url.startsWith("/add/")) session[url.slice(5)] = true;
      setTimeout(
        () => response.end(Object.keys(session).filter((name) => name !== "cookie").join()),
        5,
      );
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as { port: number };
  let cookie = "";
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { cookie } });
    return [await response.text(), cookieOf(response)];
  };
  assertEquals(await ask("/"), ["", ""]);
  [, cookie] = await ask("/add/first");
  await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`/add/n${index}`)));
  const [names, renewed] = await ask("/");
  assertEquals(names.split(",").length, 21);
  assertEquals(renewed, cookie);
  assertEquals(await ask("/out"), ["out", ""]);
  assertEquals((await ask("/"))[0], "");
  listening.closeAllConnections();
  await new Promise((resolve) => listening.close(resolve));
});

function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}
