import { assert, assertEquals, assertThrows } from "@std/assert";
import { readTls, type TlsOptions } from "../../src/checks/tls.ts";
import { Authority } from "../support/certificates.ts";

Deno.test("readTls() takes what goes together", async () => {
  await using authority = await Authority.create();
  const caCerts = authority.certificate.cert;
  const { cert, key } = await authority.issue();
  const good: (boolean | TlsOptions)[] = [
    true,
    false,
    {},
    { caCerts },
    { caCerts: [] },
    { caCerts: [caCerts, cert] },
    { caCerts: caCerts + cert },
    { serverName: "cache.example" },
    { serverName: "1.cache" },
    { serverName: "my_cache" },
    { cert, key },
    { cert: cert + caCerts, key, caCerts, serverName: "cache.example" },
  ];
  for (const tls of good) readTls(tls);
});

Deno.test("readTls() refuses what is wrong, by name, and shows no key", async () => {
  await using authority = await Authority.create();
  const caCerts = authority.certificate.cert;
  const { cert, key } = await authority.issue();
  const other = await authority.issue();
  const broken = cert.replace(/[\r\n]+[^-]+[\r\n]+/, "\nMIIB\n");
  assert(broken.length < cert.length);
  const bad: [unknown, string][] = [
    [null, '"tls"'],
    ["yes", '"tls"'],
    [1, '"tls"'],
    [{ ca: caCerts }, '"tls.ca"'],
    [{ rejectUnauthorized: false }, '"tls.rejectUnauthorized"'],
    [{ caCerts: 5 }, '"tls.caCerts"'],
    [{ caCerts: [caCerts, new Uint8Array(9)] }, '"tls.caCerts"'],
    [{ caCerts: "ca.pem" }, '"tls.caCerts"'],
    [{ caCerts: ["", caCerts] }, '"tls.caCerts"'],
    [{ caCerts: broken }, '"tls.caCerts"'],
    [{ serverName: "" }, '"tls.serverName"'],
    [{ serverName: "a b" }, '"tls.serverName"'],
    [{ serverName: "cache.example:11211" }, '"tls.serverName"'],
    [
      { serverName: "10.0.0.1" },
      'TLS names no IP address: dial the address itself in place of "10.0.0.1"',
    ],
    [{ serverName: "::1" }, "TLS names no IP address"],
    [{ serverName: "2001:db8::7" }, "TLS names no IP address"],
    [{ serverName: "[::1]" }, "TLS names no IP address"],
    [{ serverName: "::ffff:10.0.0.1" }, "TLS names no IP address"],
    [{ serverName: "a\0b" }, '"tls.serverName"'],
    [{ serverName: 5 }, '"tls.serverName"'],
    [{ cert }, '"cert" and "key" go together'],
    [{ key }, '"cert" and "key" go together'],
    [{ cert: "client.pem", key }, '"tls.cert"'],
    [{ cert: broken, key }, '"tls.cert"'],
    [{ cert: key, key }, '"tls.cert"'],
    [{ cert, key: cert }, '"tls.key"'],
    [{ cert, key: "client.key" }, '"tls.key"'],
    [{ cert, key: other.key }, '"key" is not the private key of "cert"'],
  ];
  for (const [tls, message] of bad) {
    const error = assertThrows(() => readTls(tls), TypeError, message);
    const line = key.split("\n")[1];
    assertEquals(Deno.inspect(error).includes(line), false);
    assertEquals(error.message.startsWith('Cannot use option "tls'), true, error.message);
  }
});
