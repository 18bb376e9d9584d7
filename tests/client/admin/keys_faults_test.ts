import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  ConnectionError,
  type MemcachedError,
  ProtocolError,
  ReplyError,
  TimeoutError,
  type Transport,
} from "@libmc/libmc";
import { FaultProxy, MemcachedServer, ScriptedServer } from "@libmc/libmc/testing";
import { ADA, startAskingMemcached } from "../../security/auth_rig.ts";
import { TlsRig } from "../../security/tls_rig.ts";
import { eventually, within } from "../../support/eventually.ts";
import { type Memcached, startMemcached } from "../../support/memcached.ts";
import { platformConnect } from "../../support/platform_connect.ts";
import { ScriptedDialler } from "../../support/scripted_dialler.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/settle.ts";
import { type AdminServer, all, keysOf, patient, SERVERS } from "./rig.ts";
import { startRestartable } from "../../support/some_port.ts";

const LINE = "key=a exp=-1 la=1 cas=1 fetch=no\n";

Deno.test("keys() rejects when the list breaks off at any byte, and never takes a part for the whole", async () => {
  const text = `OK\r\n${LINE}${LINE}END\r\n`;
  for (let cut = 0; cut < text.length - 2; cut++) {
    await using server = await ScriptedServer.start({
      script: [[text.slice(0, cut), { close: true }]],
    });
    await using client = patient(server.address);
    const error = await assertRejects(
      () => keysOf(client),
      ConnectionError,
      "the server closed it",
    );
    assertEquals([error.server, error.command], [server.address, "lru_crawler"]);
  }
});

Deno.test("keys() rejects lines that are none of a list, with the server's name", async () => {
  const lines: [string, new (...args: never[]) => MemcachedError, string][] = [
    ["HELLO\r\n", ProtocolError, 'Cannot take "HELLO" as the reply to lru_crawler'],
    ["key=%zz exp=-1 la=1 cas=1 fetch=no\n", ProtocolError, "%zz"],
    ["STORED\r\n", ProtocolError, "STORED"],
    ["x".repeat(9000), ProtocolError, "<= 8192 bytes"],
    ["\0\xff\n", ProtocolError, "Cannot take"],
    ["ERROR locked try again later\r\n", ReplyError, "locked"],
    ["SERVER_ERROR out of memory\r\n", ReplyError, "out of memory"],
  ];
  for (const [line, type, message] of lines) {
    for (const before of ["", LINE, `OK\r\n${LINE}`]) {
      await using server = await ScriptedServer.start({
        script: [[before + line, { wait: 5000 }]],
      });
      await using client = patient(server.address);
      const error = await assertRejects(() => all(client.admin.keys()), type, message);
      assertEquals(error.server, server.address);
    }
  }
});

Deno.test("keys() gives up a server that stalls in the middle", async () => {
  for (const steps of [[{ wait: 5000 }], [LINE, { wait: 5000 }], ["key=b ex", { wait: 5000 }]]) {
    await using server = await ScriptedServer.start({ script: [steps] });
    await using client = patient(server.address, { timeout: 50 });
    const error = await assertRejects(() => keysOf(client), TimeoutError, "for more than 50 ms");
    assertEquals(error.server, server.address);
  }
});

Deno.test("keys() gives up a server that takes no connection, within connectTimeout", async () => {
  const clock = new ManualClock();
  const dialler = new ScriptedDialler();
  await using client = new Client("one", { connect: dialler.connect, clock, connectTimeout: 70 });
  const failed = assertRejects(() => keysOf(client), ConnectionError, "within 70 ms");
  await settle();
  clock.advance(70);
  const error = await failed;
  assertEquals([error.server, error.command, error.step], ["one:11211", "lru_crawler", "dial"]);
  assert(dialler.last.signal.aborted);
});

Deno.test("keys() dials a server that is dead for others, and says why it fails", async () => {
  await using server = await startRestartable();
  const { address, port } = server;
  await using client = patient(address, { retryTimeout: 60_000 });
  await server.stop();
  await client.get("a");
  await assertRejects(() => keysOf(client), ConnectionError, `Cannot connect to ${address}`);
  await using _back = await MemcachedServer.start({ port });
  assertEquals(await keysOf(client), []);
  assertEquals(await client.get("a"), undefined);
  assertEquals(client.counters().get(address)?.failedDials, 1);
});

Deno.test("keys() stops with a typed error when memcached is killed in the middle", async () => {
  await using server = await filled(20_000);
  await using client = patient(server.address);
  let count = 0;
  const error = await assertRejects(async () => {
    for await (const _ of client.admin.keys()) {
      if (++count === 1000) server.kill("SIGKILL");
      // Its last words may all have left already: the kernel has room for some megabytes.
      if (count % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new ConnectionError("it had sent everything before");
  }, ConnectionError);
  assert(error.server === server.address || error.message.includes("everything"));
});

Deno.test("keys() stops with a typed error when the network is cut in the middle", async () => {
  await using server = await filled(20_000);
  for (const faults of [{ dropAfter: 300_000 }, { reset: "reply" } as const]) {
    await using proxy = await FaultProxy.start({ target: server.address, ...faults });
    await using client = patient(proxy.address);
    let count = 0;
    const error = await assertRejects(async () => {
      for await (const _ of client.admin.keys()) count++;
    }, ConnectionError);
    assertEquals(error.server, proxy.address);
    assert(count < 20_000, String(count));
  }
});

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`keys() lists 100,000 keys of ${name}, each once, in bounded memory`, async () => {
    await using server = await start();
    await fill(server, 100_000);
    let come = 0;
    let taken = 0;
    let reads = 0;
    let early = 0;
    await using watched = patient(server.address, {
      connect: async (endpoint, signal) => {
        const transport = await platformConnect(endpoint, signal);
        return watching(transport, () => {
          reads++;
          // Nothing is read before all that has come is taken.
          if (come > taken) early++;
        }, (bytes) => {
          for (const byte of bytes) if (byte === 0x0a) come++;
        });
      },
    });
    const keys = new Set<string>();
    for await (const { key } of watched.admin.keys()) {
      keys.add(key);
      taken++;
    }
    assertEquals([taken, early], [keys.size, 0]);
    // memcached leaves out an item that another thread holds at the moment.
    if (name === "memcached") assert(keys.size > 99_900, String(keys.size));
    else assertEquals(keys.size, 100_000);
    assert(reads > 50, String(reads));
  });
}

Deno.test("keys() reads nothing while its caller is busy, and goes on where it was", async () => {
  await using server = await filled(100_000);
  let read = 0;
  await using client = patient(server.address, {
    connect: async (endpoint, signal) => {
      const transport = await platformConnect(endpoint, signal);
      return watching(transport, () => {}, ({ length }) => read += length);
    },
  });
  let count = 0;
  for await (const _ of client.admin.keys()) {
    if (++count % 25_000 !== 1) continue;
    const before = read;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(read, before);
    // A server with which nobody keeps up serves all others.
    await within("a get", client.get("none", { strict: true }));
    read = before;
  }
  assert(count > 99_900, String(count));
});

Deno.test("keys() works with a password, over TLS and over a Unix socket", async () => {
  await using asking = await startAskingMemcached();
  await using local = await startMemcached({ unixSocket: true });
  await using rig = await TlsRig.start();
  const secure = await rig.memcached();
  for (
    const client of [
      patient(asking.address, { auth: ADA }),
      patient(local.address),
      patient(local.address, { auth: ADA }),
      ...rig.trusting().map((tls) => patient(secure.address, { tls })),
    ]
  ) {
    await client.set("a", 1, { strict: true });
    await eventually("it is listed", async () => (await keysOf(client)).length === 1);
    await client.close();
  }
});

Deno.test("keys() of a server that asks for a password says so, and shows none", async () => {
  await using asking = await startAskingMemcached();
  await using nobody = patient(asking.address);
  const missing = await assertRejects(
    () => keysOf(nobody),
    ReplyError,
    "asks for user and password",
  );
  assertEquals(missing.sent, "no");
  await using wrong = patient(asking.address, { auth: { username: "ada", password: "byron1788" } });
  const error = await assertRejects(() => keysOf(wrong), ConnectionError, "authentication failure");
  assertEquals([error.server, error.step], [asking.address, "dial"]);
  assert(!Deno.inspect(error).includes("byron1788"));
});

Deno.test("keys() gives up a handshake that stalls, and one whose caller has gone", async () => {
  await using server = await ScriptedServer.start({ script: [[{ wait: 5000 }]] });
  await using client = new Client(server.address, { auth: ADA, connectTimeout: 100 });
  await assertRejects(() => keysOf(client), ConnectionError, "Cannot connect");

  await using other = await ScriptedServer.start({ script: [[{ wait: 5000 }]] });
  await using patientOne = patient(other.address, { auth: ADA });
  const controller = new AbortController();
  const keys = patientOne.admin.keys({ signal: controller.signal }).next();
  await eventually("it waits", () => other.connections.length > 0);
  controller.abort(new Error("enough"));
  await within("the abort", assertRejects(() => keys, Error, "enough"));
});

Deno.test("keys() of a server that is full says so", async () => {
  await using server = await MemcachedServer.start({ faults: [{ kind: "tooManyConnections" }] });
  await using client = patient(server.address);
  await assertRejects(() => keysOf(client), ConnectionError);
});

/** Starts memcached with so many items. */
async function filled(count: number): Promise<Memcached> {
  const server = await startMemcached({ args: ["-m", "256"] });
  await fill(server, count);
  return server;
}

async function fill(server: AdminServer, count: number): Promise<void> {
  await using client = patient(server.address);
  for (let from = 0; from < count; from += 10_000) {
    const items = Array.from({ length: Math.min(10_000, count - from) }, (_, i) => {
      return [`key:${from + i}`, "x"] as const;
    });
    const { ok } = await client.setMulti(items, { strict: true });
    if (!ok) throw new Error("Cannot fill the server");
  }
  await eventually("they are listed", async () => {
    return (await keysOf(client)).length > 0.999 * count;
  }, 20_000);
}

/** A transport that tells of its reads, before and after. */
function watching(
  transport: Transport,
  before: () => void,
  after: (bytes: Uint8Array) => void,
): Transport {
  return {
    async read(into) {
      before();
      const count = await transport.read(into);
      if (count !== null) after(into.subarray(0, count));
      return count;
    },
    write: (bytes) => transport.write(bytes),
    close: () => transport.close(),
  };
}
