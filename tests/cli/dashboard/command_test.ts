import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MemcachedServer } from "@libmc/libmc/testing";
import { createServer } from "node:net";
import { cli, jsonLines } from "../captured_io.ts";
import { somePort } from "../../support/some_port.ts";

Deno.test("cli dashboard says where it is, serves until Ctrl-C, and leaves nothing running", async () => {
  await using server = await MemcachedServer.start();
  const controller = new AbortController();
  const seen = Promise.withResolvers<string>();
  const running = cli(["dashboard"], {
    servers: [`${server.address} one`],
    signal: controller.signal,
    onWrite: (text) => seen.resolve(text.trim()),
  });
  const url = await seen.promise;
  const response = await fetch(url);
  assertEquals(response.status, 200);
  assert((await response.text()).includes("libmc dashboard"));
  controller.abort();
  const { code, out, err } = await running;
  assertEquals([code, out], [130, `${url}\n`]);
  assertStringIncludes(err, "Ctrl-C ends it");
});

Deno.test("cli dashboard --json --write --port", async () => {
  const port = somePort();
  const controller = new AbortController();
  const args = ["dashboard", "--json", "--write", "--port", String(port)];
  const ended = await cli(args, {
    servers: ["127.0.0.1:1"],
    signal: controller.signal,
    onWrite: () => controller.abort(),
  });
  assertEquals(ended.code, 130);
  const [{ url }] = jsonLines(ended) as { url: string }[];
  assertEquals(new URL(url).port, String(port));
});

Deno.test("cli dashboard on a port that is taken says so", async () => {
  const taken = createServer();
  const port = await listening(taken);
  const { code, err } = await cli(["dashboard", "--port", String(port)], {
    servers: ["127.0.0.1:1"],
  });
  await new Promise((resolve) => taken.close(resolve));
  assertEquals(code, 2);
  assertStringIncludes(err, `Cannot serve on port ${port} as it is taken`);
});

function listening(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
}
