import { Client } from "@libmc/libmc";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { Hono } from "hono";
import { rateLimiter } from "hono-rate-limiter";

const client = new Client("localhost:11211");
const app = new Hono();

app.use(rateLimiter({
  windowMs: 60_000,
  limit: 100,
  keyGenerator: (context) => context.req.header("x-api-key") ?? "",
  store: new RateLimitStore({ client, window: "sliding" }),
}));
app.get("/", (context) => context.text("welcome"));

export default app;
