import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client } from "@libmc/libmc";
import { encodeBase64 } from "@std/encoding";
import { MemcachedServer } from "@libmc/libmc/testing";
import { connect } from "node:net";
import { serveDashboard } from "../../../src/cli/dashboard/serve_dashboard.ts";
import { settle } from "../../support/settle.ts";
import { Served, serverStrings, TOKEN } from "./served.ts";

Deno.test("dashboard: nothing is answered without the token, nor with another", async () => {
  await using served = await Served.start(serverStrings(1));
  for (const path of ["/", "/events", "/check", "/key?key=a", "/absent"]) {
    for (
      const token of [
        "",
        "?token=",
        "?token=another",
        `?token=${TOKEN}x`,
        `?token=${TOKEN.slice(1)}`,
      ]
    ) {
      const response = await fetch(`${served.origin}${path}${path.includes("?") ? "" : token}`);
      assertEquals(response.status, 403, path + token);
      assert(!(await response.text()).includes("cache1.example"));
    }
  }
  const wrong = await served.ask("/check", { headers: { authorization: "Bearer another" } });
  assertEquals(wrong.status, 403);
  await wrong.body?.cancel();
  const right = await served.ask("/check");
  assertEquals([right.status, await right.text()], [200, "{}"]);
});

Deno.test("dashboard: a request to another name is not for it", async () => {
  await using served = await Served.start(serverStrings(1));
  const { port } = new URL(served.origin);
  for (
    const [host, status] of [
      [`127.0.0.1:${port}`, 200],
      [`localhost:${port}`, 200],
      [`[::1]:${port}`, 200],
      [`evil.example:${port}`, 421],
      ["127.0.0.1:1", 421],
      [`127.0.0.1.evil.example:${port}`, 421],
      ["a b", 400],
    ] as const
  ) {
    assertEquals(
      await statusOf(port, `GET /check?token=${TOKEN} HTTP/1.1`, [`Host: ${host}`]),
      status,
      host,
    );
  }
  // A whole address would take the place of the host.
  const line = `GET http://127.0.0.1:${port}/check?token=${TOKEN} HTTP/1.1`;
  assertEquals(await statusOf(port, line, ["Host: evil.example"]), 400);
});

Deno.test("dashboard: the page may do what is in it, and nothing else", async () => {
  await using served = await Served.start(serverStrings(1));
  const response = await fetch(served.dashboard.url);
  const html = await response.text();
  const policy = response.headers.get("content-security-policy") ?? "";
  assert(policy.startsWith("default-src 'none'; script-src 'sha256-"));
  for (
    const part of [
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "connect-src 'self'",
    ]
  ) {
    assert(policy.includes(part), part);
  }
  assert(!policy.includes("unsafe"));
  for (const text of html.matchAll(/<(?:script|style)>(.*?)<\/(?:script|style)>/gs)) {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text[1]));
    assert(policy.includes(`'sha256-${encodeBase64(digest)}'`));
  }
  // No address but those in license texts and of the names of SVG.
  assertEquals(html.match(/(?:src|href)=["']?(?!data:)[^"'\s>]+/g), null);
  assertEquals(response.headers.get("x-frame-options"), "DENY");
  assertEquals(response.headers.get("referrer-policy"), "no-referrer");
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.get("cross-origin-resource-policy"), "same-origin");
});

Deno.test("dashboard: keys are deleted with --write, by its own page, and by nobody else", async () => {
  await using memcached = await MemcachedServer.start();
  await using client = new Client(memcached.address, { strict: true });
  await client.set("key", "value");
  const post = { method: "POST" };
  {
    await using served = await Served.start([], { client });
    const response = await served.ask("/delete?key=key", post);
    assertEquals(response.status, 403);
    assert((await response.json()).error.includes("--write"));
  }
  await using served = await Served.start([], { client, write: true });
  const foreign = [
    { headers: { origin: "http://evil.example" } },
    { headers: { "sec-fetch-site": "cross-site" } },
    { headers: { "sec-fetch-site": "same-site" } },
  ];
  for (const { headers } of foreign) {
    for (const path of ["/delete?key=key", "/groups"]) {
      const response = await served.ask(path, { ...post, headers });
      assertEquals(response.status, 403);
      await response.body?.cancel();
    }
  }
  // The token in the address is not enough: a form could have it.
  const form = await fetch(`${served.origin}/delete?key=key&token=${TOKEN}`, post);
  assertEquals(form.status, 403);
  await form.body?.cancel();
  for (const method of ["GET", "PUT"]) {
    const response = await served.ask("/delete?key=key", { method });
    assertEquals(response.status, 404);
    await response.body?.cancel();
  }
  assertEquals(await client.get("key"), "value");
  const done = await served.ask("/delete?key=key", { ...post, headers: { origin: served.origin } });
  assertEquals(await done.json(), { isGone: true });
  assertEquals(await client.get("key"), undefined);
});

Deno.test("dashboard: a key that cannot be is refused with the reason", async () => {
  await using served = await Served.start(serverStrings(1));
  for (const query of ["?key=a%20b", "?key=", `?key=${"x".repeat(300)}`, ""]) {
    const response = await served.ask(`/key${query}`);
    assertEquals(response.status, 400);
    assert((await response.json()).error.startsWith("Cannot "));
  }
});

Deno.test("dashboard: seventeen pages are one too many, until another is closed", async () => {
  await using served = await Served.start(serverStrings(1));
  const open = await Promise.all(Array.from({ length: 16 }, () => served.ask("/events")));
  assertEquals(open.map(({ status }) => status), Array(16).fill(200));
  const more = await served.ask("/events");
  assertEquals(more.status, 503);
  await more.body?.cancel();
  await Promise.all(open.map(({ body }) => body?.cancel()));
  let status = 503;
  while (status === 503) {
    // A place is free when its connection is found closed.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const again = await served.ask("/events");
    ({ status } = again);
    await again.body?.cancel();
  }
  assertEquals(status, 200);
});

Deno.test("dashboard: it is served on this machine only", async () => {
  const client = new Client("127.0.0.1:1");
  for (const hostname of ["0.0.0.0", "::", "192.168.0.1", "example.com", "127.0.0.1.example"]) {
    await assertRejects(
      () => serveDashboard({ client, open: () => client, hostname }),
      TypeError,
      hostname,
    );
  }
  await client.close();
});

Deno.test("dashboard: a token is new each time", async () => {
  await using client = new Client("127.0.0.1:1", { warn: false });
  const tokens = new Set<string>();
  for (let i = 0; i < 2; i++) {
    const dashboard = await serveDashboard({
      client,
      open: (server, options) => new Client(server, options),
    });
    tokens.add(new URL(dashboard.url).searchParams.get("token") ?? "");
    await dashboard.close();
  }
  assertEquals(tokens.size, 2);
  for (const token of tokens) assert(token.length >= 32);
  await settle();
});

/** Sends a request as it is, and gives the status of the answer. */
function statusOf(port: string, line: string, headers: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1", () => {
      socket.write([line, ...headers, "Connection: close", "", ""].join("\r\n"));
    });
    let text = "";
    socket.on("data", (data) => text += data.toString());
    socket.on("error", reject);
    socket.on("close", () => resolve(Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1])));
  });
}
