/**
 * A load that has nothing but its lock by which it sees that the value was deleted, against a delete: every order in which
 * a server, or two behind a proxy, can carry out what both of them send.
 */

import { assert, assertEquals } from "@std/assert";
import { Client, libmcCodec } from "@libmc/libmc";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/settle.ts";
import { SteppedMemcached } from "../../support/stepped_memcached.ts";

const OPTIONS = { ttl: 60, lease: 60 };

for (
  const [what, remove] of [
    ["delete()", (client: Client) => client.delete("a")],
    ["deleteMulti()", async (client: Client) => (await client.deleteMulti(["a", "b"])).ok],
    [
      "setMulti() of what is gone at once",
      async (client: Client) => (await client.setMulti({ a: 1, b: 2 }, { exptime: -1 })).ok,
    ],
    [
      "gatMulti() of what is gone at once",
      async (client: Client) => (await client.gatMulti(["a", "b"], -1)) instanceof Map,
    ],
  ] as const
) {
  Deno.test(`Client.getOrSet(): no order of a load and a ${what} leaves a value that was deleted`, async () => {
    let kept = 0;
    let orders = 0;
    // Each order is a number in binary: which of the two goes on next.
    for (let order = 0; order < 2 ** STEPS; order++) {
      const left = await run(remove, order);
      assert(left === undefined || left === "new", `order ${order.toString(2)}: ${left}`);
      orders++;
      if (left === "new") kept++;
    }
    assertEquals(orders, 2 ** STEPS);
    assert(kept > 0 && kept < orders, "both the load and the delete came first in some");
  });
}

const STEPS = 8;

async function run(remove: (client: Client) => Promise<boolean>, order: number): Promise<unknown> {
  const server = new SteppedMemcached();
  const clock = new ManualClock();
  const [loader, deleter] = [open(server, clock), open(server, clock)];
  // It learns that there are locks.
  await drive(server, deleter.getOrSet("other", () => 1, OPTIONS));
  await drive(server, loader.getOrSet("other", () => 1, OPTIONS));
  const [ofDeleter, ofLoader] = server.connections;
  let source = "old";
  let isOver = 0;
  const loading = loader.getOrSet("a", () => source, OPTIONS).then(() => isOver++);
  let deleting: Promise<unknown> | undefined;
  const change = () => {
    source = "new";
    return remove(deleter).then((isGone) => {
      assert(isGone);
      isOver++;
    });
  };
  for (let step = 0; isOver < 2; step++) {
    await settle();
    const isDeletersTurn = (order >> step & 1) === 1;
    if (isDeletersTurn && deleting === undefined) deleting = change();
    const first = isDeletersTurn ? ofDeleter : ofLoader;
    if (!first.carryOut() && step >= STEPS) {
      deleting ??= change();
      const went = [ofDeleter, ofLoader].map((connection) => connection.carryOut());
      // One whose lock was taken away before it knew that it had it looks again after a while.
      if (!went.includes(true)) clock.advance(500);
    }
    for (const connection of [ofDeleter, ofLoader]) connection.deliver();
    assert(step < 200, "it ends");
  }
  await Promise.all([loading, deleting]);
  // What the load still does after its caller has the value.
  await drive(server, settle());
  const left = await drive(server, deleter.get("a"));
  await Promise.all([drive(server, loader.close()), drive(server, deleter.close())]);
  return left;
}

function open(server: SteppedMemcached, clock: ManualClock): Client {
  return new Client("stepped", {
    clock,
    connect: server.connect,
    codec: libmcCodec,
    timeout: 0,
    pollTimeout: 0,
    strict: true,
  });
}

/** Lets the server do all that it is asked until a promise has settled. */
async function drive<T>(server: SteppedMemcached, promise: Promise<T>): Promise<T> {
  let isOver = false;
  promise.finally(() => isOver = true).catch(() => {});
  while (!isOver) {
    await settle();
    for (const connection of server.connections) {
      while (connection.carryOut());
      connection.deliver();
    }
  }
  return await promise;
}
