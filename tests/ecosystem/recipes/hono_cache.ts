import { Client } from "@libmc/libmc";
import { memcachedCaches } from "@libmc/libmc/http-cache";
import { Hono } from "hono";
import { cache } from "hono/cache";

const client = new Client("localhost:11211");
Object.defineProperty(globalThis, "caches", {
  value: memcachedCaches({ client }),
  configurable: true,
});

const app = new Hono();
app.use(
  "/pages/*",
  cache({ cacheName: "pages", wait: true, cacheControl: "max-age=60" }),
);
app.get("/pages/:name", (context) => {
  return context.text(
    `${context.req.param("name")}, made at ${new Date().toISOString()}`,
  );
});

export default app;
