import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { conformance, type TestServer } from "./conformance.ts";

for (const count of [1, 3]) {
  const many = count === 1 ? "one server" : `${count} servers`;

  conformance(`the embedded server over TCP, ${many}`, () => MemcachedServer.start(), {
    count,
    takesTime: true,
  });

  conformance(`the embedded server over a Unix socket, ${many}`, startEmbeddedUnix, {
    count,
    takesTime: true,
  });

  conformance(`memcached over TCP, ${many}`, () => startMemcached(), {
    count,
    // Once is enough: this is what the daemon has to be waited for.
    takesTime: count === 1,
  });

  conformance(
    `memcached over a Unix socket, ${many}`,
    () => startMemcached({ unixSocket: true }),
    { count, takesTime: false },
  );
}

for (const version of ["1.6.38", "1.6.45"]) {
  conformance(`the embedded server as ${version}`, () => MemcachedServer.start({ version }), {
    count: 1,
    takesTime: true,
  });
}

async function startEmbeddedUnix(): Promise<TestServer> {
  const folder = await Deno.makeTempDir({ prefix: "libmc-" });
  const server = await MemcachedServer.start({ path: `${folder}/memcached.sock` });
  return {
    address: server.address,
    advance: (seconds) => server.advance(seconds),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
