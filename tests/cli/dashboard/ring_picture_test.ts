import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Client, type DistributionName } from "@libmc/libmc";
import { RingCamera } from "../../../src/cli/dashboard/ring_picture.ts";
import type { RingPicture } from "../../../src/cli/dashboard/wire.ts";

Deno.test("RingCamera finds nearly every point of libmc's ring, and its exact owner", async () => {
  await using client = new Client(["10.0.0.1 one", "10.0.0.2 two", "10.0.0.3 three"]);
  const picture = await pictureOf(client);
  assertEquals(picture.isRing, true);
  assertEquals(picture.servers.map(({ name }) => name), ["one", "three", "two"]);
  assert(picture.points.length > 280 && picture.points.length <= 300);
  assertAlmostEquals(sumOf(picture), 1, 1e-9);
  const counts = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const name = client.getHostByKey(`other:${i}`);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const { name, share } of picture.servers) {
    assertAlmostEquals(share, (counts.get(name) as number) / 20_000, 0.015, name);
  }
});

Deno.test("RingCamera has shares for distributions without a ring, and for one server", async () => {
  for (const distribution of ["rendezvous", "jump", "modulo"] satisfies DistributionName[]) {
    await using client = new Client(["10.0.0.1", "10.0.0.2"], { distribution });
    const picture = await pictureOf(client);
    assertEquals([picture.isRing, picture.points.length], [false, 0]);
    for (const { share } of picture.servers) assertAlmostEquals(share, 0.5, 0.02);
  }
  await using one = new Client("10.0.0.1");
  assertEquals((await pictureOf(one)).servers, [{ name: "10.0.0.1:11211", share: 1 }]);
});

Deno.test("RingCamera takes a picture anew when the servers change, and only then", async () => {
  await using client = new Client(["10.0.0.1", "10.0.0.2"]);
  const camera = new RingCamera(client);
  const first = await camera.picture();
  assertEquals(await camera.picture() === first, true);
  client.setServers(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  assertEquals((await camera.picture()).servers.length, 3);
  client.setServers(Array.from({ length: 200 }, (_, i) => `10.0.1.${i}`));
  assert((await camera.picture()).points.length <= 6000);
  await camera.close();
});

Deno.test("RingCamera knows the shares of hundreds of servers as well as those of ten", async () => {
  for (const count of [10, 250]) {
    const servers = Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    await using client = new Client(servers);
    const picture = await pictureOf(client);
    assertEquals([picture.isRing, picture.servers.length], [true, count]);
    assertEquals(picture.keys >= 256 * count, true);
    assertAlmostEquals(sumOf(picture), 1, 1e-9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 200 * count; i++) {
      const name = client.getHostByKey(`other:${i}`);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    // Both are samples: of 200 keys a server, one in a thousand is off by a third.
    const off = picture.servers.filter(({ name, share }) => {
      return Math.abs(share / ((counts.get(name) ?? 0) / (200 * count)) - 1) > 0.33;
    });
    assert(off.length <= Math.ceil(count / 100), off.map(({ name }) => name).join());
  }
});

async function pictureOf(client: Client): Promise<RingPicture> {
  return await new RingCamera(client).picture();
}

function sumOf({ servers }: RingPicture): number {
  return servers.reduce((sum, { share }) => sum + share, 0);
}
