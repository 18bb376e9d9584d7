/** How a client that moves ends, and the old one: whatever one has begun at the other ends as well, and nothing stays behind. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  ClosedError,
  type MigrationStage,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { moveBetween } from "../../../src/client/moving.ts";
import { Engine } from "../../../src/engine/engine.ts";
import type { OwnChanges } from "../../../src/engine/own_changes.ts";
import { within } from "../../support/eventually.ts";

const PATIENCE: ClientOptions = { timeout: 5000, connectTimeout: 5000, pollTimeout: 5000 };
const hangs = () => new Promise<never>(() => {});

/** The servers of both sides. */
class Sides implements AsyncDisposable {
  readonly old: MemcachedServer;
  readonly new: MemcachedServer;

  static async start(): Promise<Sides> {
    return new Sides(await MemcachedServer.start(), await MemcachedServer.start());
  }

  private constructor(from: MemcachedServer, to: MemcachedServer) {
    this.old = from;
    this.new = to;
  }

  /** Makes a client of the old servers, and one that moves from it. */
  clients(
    { stage = "read_old", old, ...more }: ClientOptions & {
      stage?: MigrationStage;
      old?: ClientOptions;
    } = {},
  ): readonly [Client, Client] {
    const from = new Client(this.old.address, { ...PATIENCE, ...old });
    const options = { ...PATIENCE, ...more, migrateFrom: from, migration: { stage } };
    return [from, new Client(this.new.address, options)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.old.stop();
    await this.new.stop();
  }
}

Deno.test("Client.close() of the old client gives up loads and streams that the moving one has begun there", async () => {
  await using sides = await Sides.start();
  const [old, moving] = sides.clients({ old: { timeout: 200 } });
  const asked = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  const loading = moving.getOrSet("key", () => (asked.resolve(), hangs()), { ttl: 60 });
  const rejected = assertRejects(() => loading, ClosedError);
  const stream = new ReadableStream({ pull: () => (read.resolve(), hangs()) }, {
    highWaterMark: 0,
  });
  const storing = moving.setStream("stream", stream);
  await Promise.all([asked.promise, read.promise]);
  await within("close() of the old one", old.close());
  await within("the load", rejected);
  assertEquals(await within("the stream", storing), false);
  await within("close()", moving.close());
});

Deno.test("Client.close() of a moving client gives up loads and changes by its own timeout where the old one has none", async () => {
  await using sides = await Sides.start();
  const [old, moving] = sides.clients({ old: { timeout: 0 }, timeout: 200 });
  const loading = moving.getOrSet("key", hangs, { ttl: 60 });
  const rejected = assertRejects(() => loading, ClosedError);
  const updating = moving.update("number", hangs);
  await within("close()", moving.close());
  await within("the load", rejected);
  assertEquals(await within("the update", updating), undefined);
  assertEquals(await old.set("key", "the old client lives on"), true);
  await within("close() of the old one", old.close());
});

Deno.test("Client.update() of a moving client ends by the client's own timeout where the old one has none", async () => {
  await using sides = await Sides.start();
  const [old, moving] = sides.clients({ old: { timeout: 0 }, timeout: 200 });
  const updating = assertRejects(
    () => moving.update("number", hangs, { strict: true }),
    TimeoutError,
    "longer than its timeout",
  );
  await within("update()", updating);
  await moving.close();
  await old.close();
});

Deno.test("Client.close() of a moving client leaves nothing of it at the old one, which lives on", async () => {
  const connect = () => Promise.reject(new Error("nobody dials"));
  const engineOf = (name: string) => new Engine(name, { connect }, new EventTarget());
  const engines = { old: engineOf("old:1"), new: engineOf("new:1") };
  const change = () => {
    const call: Parameters<OwnChanges["follow"]>[0] = { onSettled: undefined };
    engines.old.changes.follow(call, "key");
    return call.onSettled === undefined ? "nobody hears of it" : "somebody hears of it";
  };
  assertEquals(change(), "nobody hears of it");
  const move = moveBetween(engines, {});
  move.loads.at("old");
  assertEquals(change(), "somebody hears of it");
  await move.close();
  assertEquals(change(), "nobody hears of it");
  await Promise.all([engines.old.close(), engines.new.close()]);
});

Deno.test("Lock.release() ends a lock on both sides though the client is told to close meanwhile", async () => {
  await using sides = await Sides.start();
  for (const stage of ["read_old", "read_new"] as const) {
    const [old, holder] = sides.clients({ stage });
    const lock = await holder.lock("job", { ttl: 60 });
    // Another process that is ahead has read the lock, and so carried it over.
    const [otherOld, other] = sides.clients({ stage: "read_new" });
    await other.get("job");
    await other.close();
    await otherOld.close();
    const released = lock?.release();
    await Promise.all([holder.close(), old.close()]);
    assertEquals(await released, true);
    for (const { address } of [sides.old, sides.new]) {
      await using reader = new Client(address, PATIENCE);
      assertEquals(await reader.meta.get("job"), undefined);
    }
  }
});

Deno.test("Lock.release() of a moving client that is closed ends the lock at the old servers, whose client lives on", async () => {
  await using sides = await Sides.start();
  const [old, moving] = sides.clients({ stage: "read_new" });
  const lock = await moving.lock("job", { ttl: 60 });
  await moving.close();
  await assertRejects(async () => await lock?.release(), ClosedError);
  assertEquals(await old.get("job"), undefined);
  await using next = await old.lock("job", { ttl: 60 });
  assertEquals(next?.key, "job");
  await next?.release();
  await old.close();
});
