/** A program that ends while `getOrSet()` loads in the background. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { runProgram } from "../program.ts";

const CASES = ["close", "unref"].flatMap((how) =>
  ["hangs", "fails", "loads"].map((what) => [how, what] as const)
);

Deno.test("Client.getOrSet(): a program ends by itself while it loads in the background, whatever the load does", async () => {
  await Promise.all(CASES.map(async ([how, what]) => {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { pollTimeout: 5000, connectTimeout: 5000 });
    const options = { ttl: 60, staleWhileRevalidate: 600 };
    await client.getOrSet("page", () => "old", options);
    server.advance(61);
    const args = [server.address, how, what];
    const { code, out, error } = await runProgram("background_load", ["--allow-net"], args);
    assertEquals([code, out, error], [0, "old\nover\n", ""], `${how}, ${what}`);
    if (how === "unref") return;
    // What the program held it has given back, or used.
    const left = await client.getOrSet("page", () => "next", { ...options, strict: true });
    assert(left === (what === "loads" ? "new" : "old"), left);
    if (what === "loads") return;
    await eventually("it is renewed", async () => await client.get("page") === "next");
  }));
});
