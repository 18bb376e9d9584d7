/** What a program must be allowed to use a client with TLS, found by running one with exactly that. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram } from "../client/program.ts";
import { Authority } from "../support/certificates.ts";
import { startAskingMemcached } from "./auth_rig.ts";
import { TlsRig } from "./tls_rig.ts";

Deno.test("Client with tls and auth needs --allow-net for its servers and nothing else", async () => {
  await using rig = await TlsRig.start();
  const { certPath, keyPath, cert, key } = rig.certificate;
  await using server = await startAskingMemcached({
    args: ["-Z", "-o", `ssl_chain_cert=${certPath},ssl_key=${keyPath}`],
  });
  const caCerts = rig.authority.certificate.cert;
  for (const shown of [[], [cert, key]]) {
    const args = [server.address, caCerts, ...shown];
    const end = await runProgram("secure_round_trip", [`--allow-net=${server.address}`], args);
    assertEquals(end, { code: 0, out: "hello\n", error: "" });
    for (const permissions of [[], ["--allow-net=127.0.0.1:1"]]) {
      const { code, out, error } = await runProgram("secure_round_trip", permissions, args);
      assertEquals([code, out], [1, ""]);
      assertStringIncludes(error, `Cannot connect to ${server.address}: Requires net access`);
    }
  }
});

Deno.test("Client with tls trusts what the program trusts beside the authority it is given", async () => {
  await using rig = await TlsRig.start();
  await using other = await Authority.create();
  const { certPath, keyPath, cert, key } = rig.certificate;
  await using server = await startAskingMemcached({
    args: ["-Z", "-o", `ssl_chain_cert=${certPath},ssl_key=${keyPath}`],
  });
  for (const shown of [[], [cert, key]]) {
    const net = `--allow-net=${server.address}`;
    const trust = `--cert=${rig.authority.certificate.certPath}`;
    // Beside another authority, and with none: `tls: true`.
    for (const given of [other.certificate.cert, ""]) {
      const args = [server.address, given, ...shown];
      const end = await runProgram("secure_round_trip", [net, trust], args);
      assertEquals(end, { code: 0, out: "hello\n", error: "" });
      const { error } = await runProgram("secure_round_trip", [net], args);
      assertStringIncludes(error, "certificate not trusted");
    }
  }
});
