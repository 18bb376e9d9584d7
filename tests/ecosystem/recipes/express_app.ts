import { Client } from "@libmc/libmc";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { expressSessionStore } from "@libmc/libmc/session";
import express from "express";
import { rateLimit } from "express-rate-limit";
import session from "express-session";

const client = new Client("localhost:11211");
const app = express();

app.use(rateLimit({
  windowMs: 60_000,
  limit: 100,
  store: new RateLimitStore({ client }),
}));

app.use(session({
  secret: "a long random text",
  resave: false,
  saveUninitialized: false,
  rolling: true,
  cookie: { maxAge: 1_800_000 },
  store: expressSessionStore(session.Store, { client }),
}));

app.get(
  "/",
  (
    { session }: { session: { count?: number } },
    response: { send(text: string): unknown },
  ) => {
    session.count = (session.count ?? 0) + 1;
    response.send(`Visit ${session.count}`);
  },
);

export const server = app.listen(3000);
