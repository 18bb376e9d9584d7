import { Client } from "@libmc/libmc";
import { httpCache } from "@libmc/libmc/http-cache";
import { Hono } from "hono";

const client = new Client("localhost:11211");

// What is to be kept is an app of its own, so that a page that is renewed in the background has its own context.
const pages = new Hono();
pages.get("/pages/:name", (context) => {
  context.header("cache-control", "max-age=60");
  return context.text(
    `${context.req.param("name")}, made at ${new Date().toISOString()}`,
  );
});
const cached = httpCache(
  { client, staleWhileRevalidate: 60 },
  (request) => pages.fetch(request),
);

const app = new Hono();
app.all("/pages/*", (context) => cached(context.req.raw));
app.get("/", (context) => context.text("not kept"));

export default app;
