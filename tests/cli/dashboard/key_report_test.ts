import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { keyReport } from "../../../src/cli/dashboard/key_report.ts";
import { testOnBothServers } from "../../support/on_both_servers.ts";

testOnBothServers("keyReport()", {
  async "tells all of an item, and counts as no reader before it reads"(client) {
    await client.set("cart:1", { book: 2 }, { exptime: 3600 });
    const report = await keyReport(client, "cart:1");
    const { server, isAlive, isFound, wireKey, size, flags, value, wasRead, troubles } = report;
    assertEquals({ server, isAlive, isFound, wireKey, size, flags, wasRead, troubles }, {
      server: client.getHostByKey("any"),
      isAlive: true,
      isFound: true,
      wireKey: "shop:cart:1",
      size: 10,
      flags: 64,
      wasRead: false,
      troubles: [],
    });
    assertEquals(value, { type: "object", text: "{ book: 2 }", isCut: false });
    assert(report.ttl !== null && (report.ttl as number) > 3500);
    assertEquals(report.bytes?.slice(0, 21), "0000  7b 22 62 6f 6f ");
    assertEquals((await keyReport(client, "cart:1")).wasRead, true);
    const never = await client.set("never", 1).then(() => keyReport(client, "never"));
    assertEquals([never.ttl, never.value?.text], [null, "1"]);
  },
}, { prefix: "shop:" });

Deno.test("keyReport() of a miss says where it would be", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  await using client = new Client([`${one.address} one`, `${two.address} two`]);
  const report = await keyReport(client, "absent");
  assertEquals([report.isFound, report.server, report.troubles], [
    false,
    client.getHostByKey("absent"),
    [],
  ]);
  assertEquals(report.standIns.length, 1);
  assert(report.hash !== undefined && report.point !== undefined);
});

Deno.test("keyReport() shows the bytes of a value that the codec cannot read", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { codec: libmcCodec });
  await client.setRaw("odd", new TextEncoder().encode("not pickled"), { flags: 1 });
  const report = await keyReport(client, "odd");
  assertEquals([report.isFound, report.flags, report.value], [true, 1, undefined]);
  assertEquals(report.troubles.length, 1);
  assert(report.bytes?.includes("not pickled"));
});

Deno.test("keyReport() says why nothing is known, once", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { warn: false });
  await server.stop();
  const report = await keyReport(client, "key");
  assertEquals([report.isFound, report.server, report.isAlive], [false, server.address, true]);
  assertEquals(report.troubles.length, 1);
  await assertRejects(() => keyReport(client, "a b"), TypeError);
});

Deno.test("keyReport() of a server without meta commands has the value all the same", async () => {
  await using server = await MemcachedServer.start({ version: "1.4.39" });
  await using client = new Client(server.address);
  await client.set("key", "value");
  const report = await keyReport(client, "key");
  assertEquals([report.isFound, report.value?.text, report.ttl], [true, "value", undefined]);
  assert(report.troubles[0].startsWith("Its age and its time to live are not known."));
});
