/** The whole suite of the client, on ways to a server that only few take. */

import { conformance, type TestServer } from "../client/conformance.ts";
import { startMemcached } from "../support/memcached.ts";
import { ADA, startAskingMemcached } from "./auth_rig.ts";
import { TlsRig } from "./tls_rig.ts";

conformance("memcached over IPv6", () => startMemcached({ host: "::1" }), {
  count: 3,
  takesTime: false,
});

conformance("memcached that asks for a password", startAsking, { count: 3, takesTime: false });

for (const [i, about] of ["TLS", "TLS with certificates on both sides"].entries()) {
  // One server, as each brings its authority.
  conformance(`memcached over ${about}`, () => startSecure(i), { count: 1, takesTime: false });
}

async function startAsking(): Promise<TestServer> {
  const server = await startAskingMemcached();
  return {
    address: server.address,
    access: { auth: ADA },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function startSecure(way: number): Promise<TestServer> {
  await using stack = new AsyncDisposableStack();
  const rig = stack.use(await TlsRig.start());
  const { address } = await rig.memcached(rig.certificate, way === 1);
  const ending = stack.move();
  return {
    address,
    access: { tls: rig.trusting()[way] },
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
}
