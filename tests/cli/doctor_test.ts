/** `doctor`: each thing that can be wrong, told apart from all others, with what to do. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MemcachedServer, ScriptedServer, TestClock } from "@libmc/libmc/testing";
import type { Finding } from "../../src/cli/doctor/finding.ts";
import { ADA, startAskingMemcached } from "../security/auth_rig.ts";
import { TlsRig } from "../security/tls_rig.ts";
import { startMemcached } from "../support/memcached.ts";
import { startProxied } from "../support/nutcracker.ts";
import { cli, type Ended, jsonLines, type World } from "./captured_io.ts";

Deno.test("cli doctor finds a healthy memcached well, and leaves nothing behind", async () => {
  await using server = await startMemcached();
  const { code, findings } = await examine(server.address);
  assertEquals(code, 0);
  assertEquals(findings.map(({ check, state }) => `${check} ${state}`), [
    "name skip",
    "dial ok",
    "tls skip",
    "first reply ok",
    "password skip",
    "version ok",
    "meta ok",
    "store ok",
    "1 MB ok",
    "clock ok",
  ]);
  assertEquals((await cli(["keys"], { servers: [server.address] })).code, 1);
});

Deno.test("cli doctor looks names up", async () => {
  await using server = await startMemcached();
  const { findings } = await examine(`localhost:${server.port}`);
  assertEquals(findings[0].state, "ok");
  assertStringIncludes(findings[0].text, "127.0.0.1");
  await failsAt("nowhere.invalid", "name", "no address is known for nowhere.invalid");
});

Deno.test("cli doctor takes a Unix socket, and says when there is none", async () => {
  await using server = await startMemcached({ unixSocket: true });
  assertEquals((await examine(server.address)).code, 0);
  await failsAt("/tmp/no-such.sock", "dial", "there is no socket /tmp/no-such.sock");
});

Deno.test("cli doctor says that nothing listens", async () => {
  const { wayOut } = await failsAt("127.0.0.1:1", "dial", "nothing listens on port 1 of 127.0.0.1");
  assertStringIncludes(wayOut ?? "", "-p");
});

Deno.test("cli doctor tells other servers by what they say first", async () => {
  const others = [
    ["HTTP/1.1 400 Bad Request\r\n\r\n", "an HTTP server"],
    ["-ERR unknown command 'version'\r\n", "a Redis"],
    ["SSH-2.0-OpenSSH_9.2\r\n", "an SSH server"],
    ["J\x00\x00\x00\x0a8.0.36 caching_sha2_password\n", "a MySQL"],
    ["what?\r\n", 'it is no memcached: it said "what?"'],
  ] as const;
  for (const [reply, name] of others) {
    await using server = await ScriptedServer.start({ script: [[reply]] });
    await failsAt(server.address, "first reply", name);
  }
});

Deno.test("cli doctor tells a server that is silent from one that hangs up", async () => {
  await using hangs = await startMemcached();
  hangs.pause();
  await failsAt(hangs.address, "first reply", "was silent for 200 ms", ["--timeout", "200"]);
  hangs.resume();
  await using closes = await ScriptedServer.start({ script: [[{ close: true }]] });
  await failsAt(closes.address, "first reply", "hung up without a word");
});

Deno.test("cli doctor knows a memcached that speaks its binary protocol only", async () => {
  await using server = await startMemcached({ args: ["-B", "binary"] });
  const args = ["--timeout", "200"];
  const { wayOut } = await failsAt(server.address, "first reply", "binary protocol only", args);
  assertStringIncludes(wayOut ?? "", "-Y");
});

Deno.test("cli doctor says whether TLS is wanted, and what is wrong with a certificate", async () => {
  await using rig = await TlsRig.start();
  const server = await rig.memcached();
  const files = { "ca.pem": rig.authority.certificate.cert };
  const ca = ["--ca", "ca.pem"];
  const wanted = await failsAt(server.address, "first reply", "the server wants TLS");
  assertStringIncludes(wanted.wayOut ?? "", "--tls");
  const distrust = await failsAt(server.address, "tls", "certificate not trusted", ["--tls"]);
  assertStringIncludes(distrust.wayOut ?? "", "--ca");
  const { code, findings } = await examine(server.address, ca, { files });
  assertEquals([code, findings[2].state], [0, "warn"]);
  assertMatch(findings[2].text, /^TLSv1\.[23], for localhost, 127\.0\.0\.1, .*, until 20/);
  const expired = await rig.authority.issue({ until: new Date(Date.now() - 86_400_000) });
  const old = await rig.memcached(expired);
  const { wayOut } = await failsAt(old.address, "tls", "certificate expired", ca, { files });
  assertStringIncludes(wayOut ?? "", "Renew");
  const elsewhere = await rig.memcached(await rig.authority.issue({ hosts: ["example.com"] }));
  const name = await failsAt(elsewhere.address, "tls", 'not valid for name "127.0.0.1"', ca, {
    files,
  });
  assertStringIncludes(name.wayOut ?? "", "--server-name");
  assertEquals(
    (await examine(elsewhere.address, [...ca, "--server-name", "example.com"], { files })).code,
    0,
  );
  const asking = await rig.memcached(rig.certificate, true);
  await failsAt(asking.address, "tls", "client certificate", ca, { files }).catch(() =>
    // In TLS 1.3 the server says so only when it is asked something.
    failsAt(asking.address, "first reply", "hung up", ca, { files })
  );
  await using plain = await startMemcached();
  const unwanted = await failsAt(plain.address, "tls", "speaks without TLS", ["--tls"]);
  assertStringIncludes(unwanted.wayOut ?? "", "Leave out --tls");
});

Deno.test("cli doctor says whether a password is wanted, wrong or of no use", async () => {
  await using server = await startAskingMemcached();
  const user = ["--user", ADA.username];
  await failsAt(server.address, "password", "asks for a password");
  await failsAt(server.address, "password", "refuses user or password", user, {
    env: { LIBMC_PASSWORD: "wrong" },
  });
  const env = { LIBMC_PASSWORD: ADA.password };
  assertEquals((await examine(server.address, user, { env })).code, 0);
  await using open = await startMemcached();
  const { code, findings } = await examine(open.address, user, { env });
  assertEquals([code, findings[4].state], [0, "warn"]);
});

Deno.test("cli doctor knows a proxy, and what it lacks", async () => {
  await using proxy = await startProxied();
  const { code, findings } = await examine(proxy.address);
  assertEquals(code, 0);
  assertEquals(stateOf(findings, "meta"), "warn");
  assertEquals(stateOf(findings, "store"), "ok");
});

Deno.test("cli doctor says that a server is full, or takes smaller items only", async () => {
  await using small = await startMemcached({ args: ["-I", "512k"] });
  const { code, findings } = await examine(small.address);
  assertEquals([code, stateOf(findings, "1 MB")], [0, "warn"]);
  await using server = await MemcachedServer.start();
  server.fault({ kind: "serverError", message: "out of memory storing object", commands: ["set"] });
  await failsAt(server.address, "store", "store no more");
  server.clearFaults();
  server.fault({ kind: "serverError", message: "read-only", commands: ["set"] });
  await failsAt(server.address, "store", "stores nothing");
});

Deno.test("cli doctor compares the clocks", async () => {
  const clock = new TestClock();
  await using server = await MemcachedServer.start({ clock });
  clock.advance(3600);
  const { code, findings } = await examine(server.address);
  assertEquals(code, 0);
  const last = findings.at(-1)!;
  assertEquals([last.check, last.state], ["clock", "warn"]);
  assertMatch(last.text, /^the server is 3(?:600|599|601) s ahead$/);
});

Deno.test("cli doctor says what is wrong with server strings before it examines any server", async () => {
  const ended = await cli(["doctor"], { servers: ["127.0.0.1:1", "127.0.0.1:x"] });
  assertEquals([ended.code, ended.out], [2, ""]);
  assertStringIncludes(ended.err, "its port is not a number");
});

Deno.test("cli doctor examines all servers at the same time, and tells of them in their order", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const servers = [`${one.address} one`, "127.0.0.1:1 gone", `${two.address} two`];
  const { code, out } = await cli(["doctor"], { servers });
  assertEquals(code, 3);
  const names = out.split("\n").filter((line) => /^\w/.test(line));
  assertEquals(names, ["one", "gone", "two"]);
  assertStringIncludes(out, "✗ dial");
  assertStringIncludes(out, "→ Is memcached running there");
});

interface Examined extends Ended {
  readonly findings: readonly Finding[];
}

async function examine(
  server: string,
  args: readonly string[] = [],
  world: World = {},
): Promise<Examined> {
  const ended = await cli([...args, "doctor", "--json"], { ...world, servers: [server] });
  assertEquals(ended.err, "");
  return { ...ended, findings: jsonLines(ended) as Finding[] };
}

/** Checks that the examination ends at a step, for a reason. */
async function failsAt(
  server: string,
  check: Finding["check"],
  text: string,
  args: readonly string[] = [],
  world: World = {},
): Promise<Finding> {
  const { code, findings } = await examine(server, args, world);
  const last = findings.at(-1);
  assert(last !== undefined);
  assertEquals([code, last.check, last.state], [3, check, "fail"], JSON.stringify(last));
  assertStringIncludes(last.text, text);
  return last;
}

function stateOf(findings: readonly Finding[], check: Finding["check"]): string | undefined {
  return findings.find((finding) => finding.check === check)?.state;
}

Deno.test("cli doctor examines a few of many servers at a time, and tells of them in their order", async () => {
  const servers = await Promise.all(Array.from({ length: 30 }, () => MemcachedServer.start()));
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, servers.filter(({ connections }) => connections > 0).length);
  }, 1);
  const names = servers.map(({ address }) => address);
  const ended = await cli(["doctor", "--json"], { servers: names });
  clearInterval(watch);
  assertEquals([ended.code, ended.err], [0, ""]);
  const told = jsonLines(ended).map((line) => (line as { server: string }).server);
  assertEquals([...new Set(told)], names);
  // Eight, and those that have not heard yet that it is over.
  assert(most < 25, `${most} at a time`);
  await Promise.all(servers.map((server) => server.stop()));
});
