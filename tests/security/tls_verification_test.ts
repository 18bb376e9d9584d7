/** Whom a client speaks TLS with, and whom it refuses. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ConnectionError, ServerDeadError, type TlsOptions } from "@libmc/libmc";
import type { AddressInfo } from "node:net";
import { createServer } from "node:tls";
import { Authority } from "../support/certificates.ts";
import { TlsRig } from "./tls_rig.ts";

Deno.test("Client with tls trusts the authority it is given, as one text or as a list", async () => {
  await using rig = await TlsRig.start();
  const { address, port } = await rig.memcached();
  const { cert } = rig.authority.certificate;
  for (const caCerts of [cert, [cert]]) {
    for (const tls of rig.trusting({ caCerts })) {
      for (const server of [address, `localhost:${port}`]) {
        assertEquals(await answerOf(rig, server, tls), "hello");
      }
    }
  }
});

Deno.test("Client with tls refuses a server whose authority it does not know", async () => {
  await using rig = await TlsRig.start();
  await using stranger = await Authority.create();
  const { address } = await rig.memcached();
  const caCerts = stranger.certificate.cert;
  for (const tls of [true, {}, ...rig.trusting({ caCerts }), ...rig.trusting({ caCerts: [] })]) {
    await assertRefusal(rig, address, tls, "certificate not trusted");
  }
});

Deno.test("Client with tls refuses a certificate for another host", async () => {
  await using rig = await TlsRig.start();
  const other = await rig.authority.issue({ hosts: ["cache.example", "10.0.0.1"] });
  const { address, port } = await rig.memcached(other);
  for (const server of [address, `localhost:${port}`]) {
    for (const tls of rig.trusting()) {
      await assertRefusal(rig, server, tls, "certificate not valid for name");
    }
  }
});

Deno.test("Client with tls.serverName wants that name in place of the host", async () => {
  await using rig = await TlsRig.start();
  const other = await rig.authority.issue({ hosts: ["cache.example"] });
  const named = await rig.memcached(other);
  const local = await rig.memcached();
  for (const tls of rig.trusting({ serverName: "cache.example" })) {
    assertEquals(await answerOf(rig, named.address, tls), "hello");
    await assertRefusal(rig, local.address, tls, "cache.example");
  }
});

Deno.test("Client with tls refuses an expired certificate, and says that it has expired", async () => {
  await using rig = await TlsRig.start();
  const expired = await rig.authority.issue({ until: new Date(Date.now() - 60_000) });
  const { address } = await rig.memcached(expired);
  for (const tls of [...rig.trusting(), ...rig.trusting({ serverName: "localhost" })]) {
    await assertRefusal(rig, address, tls, "certificate expired");
  }
});

Deno.test("Client with tls shows its certificate to a server that asks for one", async () => {
  await using rig = await TlsRig.start();
  const { address, port } = await rig.memcached(rig.certificate, true);
  for (const serverName of ["localhost", undefined]) {
    const [plain, certified] = rig.trusting(serverName === undefined ? {} : { serverName });
    for (const server of [address, `localhost:${port}`]) {
      assertEquals(await answerOf(rig, server, certified), "hello");
      const error = await refusal(rig, server, plain);
      assertMatch(reasonsOf(error), /certificate[ _]?required/i);
    }
  }
});

Deno.test("Client with tls is refused with a certificate that the server does not trust", async () => {
  await using rig = await TlsRig.start();
  await using stranger = await Authority.create();
  const { address } = await rig.memcached(rig.certificate, true);
  const { cert, key } = await stranger.issue();
  const [trust] = rig.trusting();
  const error = await refusal(rig, address, { ...trust, cert, key });
  assertMatch(reasonsOf(error), /unknown[ _]?ca/i);
});

Deno.test("Client with tls that the server wants a certificate of fails as a failed dial, and waits", async () => {
  await using rig = await TlsRig.start();
  await using stranger = await Authority.create();
  const { address } = await rig.memcached(rig.certificate, true);
  const { cert, key } = await stranger.issue();
  const [trust] = rig.trusting();
  const auth = { username: "ada", password: "lovelace" };
  for (const [shown, wanted] of [[{}, "a"], [{ cert, key }, "another"]] as const) {
    for (const access of [{}, { auth }]) {
      await using client = rig.client(address, { tls: { ...trust, ...shown }, ...access });
      const events: string[] = [];
      for (const name of ["connect", "failure", "dead"] as const) {
        client.addEventListener(name, () => events.push(name));
      }
      const errors = await Promise.all(
        ["a", "b"].map((key) => assertRejects(() => client.set(key, 1), ConnectionError)),
      );
      for (const error of errors) {
        assertStringIncludes(
          error.message,
          `Cannot connect to ${address}: the server wants ${wanted} client certificate: `,
        );
        assertEquals([error.step, error.sent, error.server], ["dial", "no", address]);
        assertInstanceOf(error.cause, Error);
      }
      const next = await assertRejects(() => client.get("a"), ServerDeadError);
      assertStringIncludes(next.message, `wants ${wanted} client certificate`);
      const counters = client.counters().get(address);
      assertEquals([counters?.failedDials, events.filter((name) => name === "dead").length], [
        1,
        1,
      ]);
    }
  }
});

Deno.test("Client with tls shows its certificate to no server that it only asks why it was refused", async () => {
  await using rig = await TlsRig.start();
  await using stranger = await Authority.create();
  const { cert, key } = await stranger.issue();
  const shown: (string | undefined)[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false });
  server.on("secureConnection", (socket) => {
    shown.push(socket.getPeerCertificate()?.subject?.CN);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  const { port } = server.address() as AddressInfo;
  await assertRefusal(rig, `127.0.0.1:${port}`, rig.trusting()[1], "certificate not trusted");
  await new Promise((closed) => server.close(closed));
  // Node and Bun judge the server's certificate when they have shown their own, at two dials before the last look.
  const looks = shown.length === 1 ? shown : shown.slice(2);
  assertEquals(looks.filter((name) => name !== undefined), []);
});

async function answerOf(rig: TlsRig, server: string, tls: TlsOptions): Promise<unknown> {
  await using client = rig.client(server, { tls });
  assert(await client.set("greeting", "hello"));
  return await client.get("greeting");
}

/** Asserts that a dial fails, for this reason, and that nothing was sent. */
async function assertRefusal(
  rig: TlsRig,
  server: string,
  tls: TlsOptions | boolean,
  reason: string,
): Promise<void> {
  const error = await refusal(rig, server, tls);
  assertEquals([error.sent, error.command], ["no", "set"]);
  assertStringIncludes(error.message, `Cannot connect to ${server}: `);
  assertStringIncludes(error.message, reason);
  assertStringIncludes(reasonsOf(error.cause), reason);
}

async function refusal(
  rig: TlsRig,
  server: string,
  tls: TlsOptions | boolean,
): Promise<ConnectionError> {
  await using client = rig.client(server, { tls });
  const error = await assertRejects(() => client.set("greeting", "hello"), ConnectionError);
  assertEquals(error.server, server);
  assertEquals(await client.set("greeting", "hello", { strict: false }), false);
  return error;
}

/** The messages of an error and of all that caused it. */
function reasonsOf(error: unknown): string {
  assertInstanceOf(error, Error);
  return error.cause === undefined ? error.message : `${error.message}: ${reasonsOf(error.cause)}`;
}
