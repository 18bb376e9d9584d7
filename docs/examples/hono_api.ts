/**
 * An API with sessions and a rate limit, both in memcached: any process can answer any request. Two requests that change
 * different things of one session at once both count, and the limit is exact, however many processes there are.
 *
 * `deno serve --allow-net --allow-env docs/examples/hono_api.ts`
 */

import { Client, MemcachedError } from "@libmc/libmc";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { HonoSessionStore } from "@libmc/libmc/session";
import { type Context, Hono } from "hono";
import { rateLimiter } from "hono-rate-limiter";
import { type Session, sessionMiddleware } from "hono-sessions";
import { getConnInfo } from "hono/deno";
import process from "node:process";

type Data = Partial<Record<"user" | "theme" | "language" | "currency", string>>;
type Env = { Variables: { session: Session<Data>; session_key_rotation: boolean } };

const SETTINGS = ["theme", "language", "currency"] as const;

// There are no sessions without memcached, so a dial may take its time.
const client = new Client(process.env.MEMCACHED ?? "localhost:11211", { connectTimeout: 1000 });
client.unref(); // On Ctrl-C or SIGTERM the server ends, once all requests are answered.
const app: Hono<Env> = new Hono<Env>();

/** A hundred requests a minute from one address. While memcached is away, all pass. */
app.use(rateLimiter({
  windowMs: 60_000,
  limit: 100,
  keyGenerator: (context: Context) => getConnInfo(context).remote.address ?? "",
  store: new RateLimitStore({ client }),
}));

app.get("/", (context) => context.text("Welcome"));

/** Sessions end half an hour after they were used last. */
app.use(
  "/my/*",
  sessionMiddleware({
    store: new HonoSessionStore({ client }),
    expireAfterSeconds: 1800,
    cookieOptions: { httpOnly: true, secure: true, sameSite: "Lax", path: "/" },
  }),
);

/** Check the password here. The session gets a new id: nobody can have foreseen it. */
app.post("/my/login/:user", (context) => {
  context.get("session").set("user", context.req.param("user"));
  context.set("session_key_rotation", true);
  return context.json({ user: context.req.param("user") });
});

app.get("/my/settings", (context) => {
  const session = context.get("session");
  const user = session.get("user");
  if (user === null) return context.json({ error: "Log in first" }, 401);
  const [theme, language, currency] = SETTINGS.map((name) => session.get(name));
  return context.json({ user, theme, language, currency });
});

app.put("/my/settings/:name/:value", (context) => {
  const session = context.get("session");
  if (session.get("user") === null) return context.json({ error: "Log in first" }, 401);
  const name = SETTINGS.find((name) => name === context.req.param("name"));
  if (name === undefined) return context.json({ error: "No such setting" }, 404);
  session.set(name, context.req.param("value"));
  return context.json({});
});

app.post("/my/logout", (context) => {
  context.get("session").deleteSession();
  return context.json({});
});

/** While memcached is away there are no sessions: such a request fails, and may be made again. */
app.onError((error, context) => {
  console.error(error);
  if (error instanceof MemcachedError) return context.json({ error: "Try again soon" }, 503);
  return context.json({ error: "Something is wrong here" }, 500);
});

export default app;
