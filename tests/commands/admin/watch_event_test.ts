import { assertEquals } from "@std/assert";
import { readSkipped, readWatchEvent } from "../../../src/commands/admin/watch_event.ts";
import { Keys } from "../../../src/engine/keys.ts";
import { ManualClock } from "../../support/manual_clock.ts";

const read = (line: string, prefix = "", skipped = 0) =>
  readWatchEvent(
    line,
    "one",
    (wireKey) => new Keys(prefix, new ManualClock()).ownOf(wireKey),
    skipped,
  );

const START = "ts=1700000000.250000 gid=12 ";
const BASE = { server: "one", time: 1700000000250, id: 12n, skipped: 0, fields: {} };

Deno.test("readWatchEvent() reads what memcached logs of items", () => {
  assertEquals(
    read(START + "type=item_get key=a%25b status=found clsid=1 cfd=23 size=5"),
    {
      ...BASE,
      type: "item_get",
      key: "a%b",
      status: "found",
      slabClass: 1,
      connection: 23,
      size: 5,
    },
  );
  assertEquals(
    read(START + "type=item_store key=a status=stored cmd=set ttl=100 clsid=1 cfd=23 size=1"),
    {
      ...{ ...BASE, type: "item_store", key: "a", status: "stored", command: "set", ttl: 100 },
      ...{ slabClass: 1, connection: 23, size: 1 },
    },
  );
  assertEquals(
    read(START + "type=eviction key=a fetch=yes ttl=-1 la=61 clsid=2 size=9"),
    {
      ...{ ...BASE, type: "eviction", key: "a", fetched: true, ttl: Infinity, idle: 61 },
      ...{ slabClass: 2, size: 9 },
    },
  );
  assertEquals(
    read(START + "type=deleted key=a cmd=md clsid=1 size=1"),
    { ...BASE, type: "deleted", key: "a", command: "md", slabClass: 1, size: 1 },
  );
});

Deno.test("readWatchEvent() reads what memcached logs of connections and of itself", () => {
  assertEquals(
    read(START + "type=conn_close rip=127.0.0.1 rport=57542 transport=tcp reason=normal cfd=25"),
    {
      ...{ ...BASE, type: "conn_close", address: "127.0.0.1", port: 57542, transport: "tcp" },
      ...{ reason: "normal", connection: 25 },
    },
  );
  assertEquals(
    read(START + "type=connerr fd=25 msg=a b=c  d"),
    { ...BASE, type: "connerr", connection: 25, fields: { msg: "a b=c  d" } },
  );
  assertEquals(
    read(START + "type=slab_move src=3 dst=5 state=complete"),
    { ...BASE, type: "slab_move", fields: { src: "3", dst: "5", state: "complete" } },
  );
  assertEquals(
    read(START + "type=proxy_backend error=timed out name=b1 port=1 label= depth=2 rbuf="),
    {
      ...{ ...BASE, type: "proxy_backend" },
      fields: { error: "timed out", name: "b1", port: "1", label: "", depth: "2", rbuf: "" },
    },
  );
  const request = "elapsed=9 type=105 code=17 status=0 res=ok cfd=7 be=b1:1 detail= req=mg key=a v";
  assertEquals(read(START + "type=proxy_req " + request), {
    ...{ ...BASE, type: "proxy_req", status: "0", connection: 7 },
    fields: {
      ...{ elapsed: "9", type: "105", code: "17", res: "ok", be: "b1:1", detail: "" },
      req: "mg key=a v",
    },
  });
});

Deno.test("readWatchEvent() reads microseconds without leading zeros", () => {
  const timeOf = (ts: string) => read(`ts=${ts} gid=1 type=slab_move`)?.time;
  assertEquals(timeOf("5.80015"), 5080.015);
  assertEquals(timeOf("5.800150"), 5800.15);
  assertEquals(timeOf("5.7"), 5000.007);
  assertEquals(timeOf("5.0"), 5000);
});

Deno.test("readWatchEvent() reads a time to live that is over as 0", () => {
  const ttlOf = (ttl: string) => read(`${START}type=item_store key=a ttl=${ttl}`)?.ttl;
  assertEquals(ttlOf("0"), Infinity);
  assertEquals(ttlOf("4294967295"), 0);
  assertEquals(ttlOf("60"), 60);
});

Deno.test("readWatchEvent() takes the prefix off, and leaves events of other keys out", () => {
  assertEquals(read(START + "type=item_get key=shop%3Aa", "shop:")?.key, "a");
  assertEquals(read(START + "type=item_get key=a", "shop:"), null);
  assertEquals(read(START + "type=conn_new rip=unix", "shop:")?.address, "unix");
});

Deno.test("readWatchEvent() gives bytes that are not UTF-8", () => {
  const event = read(START + "type=item_get key=%FF");
  assertEquals([event?.key, event?.bytes], ["\udcff", new Uint8Array([0xff])]);
});

Deno.test("readWatchEvent() gives fields that the server names like something inherited", () => {
  const event = read(START + "type=x __proto__=a constructor=b");
  assertEquals(Object.entries(event?.fields ?? {}), [["__proto__", "a"], ["constructor", "b"]]);
  assertEquals(Object.getPrototypeOf(event?.fields), Object.prototype);
});

Deno.test("readWatchEvent() tells how many events the server has skipped", () => {
  assertEquals(readSkipped("skipped=3"), 3);
  assertEquals(read(START + "type=slab_move", "", 3)?.skipped, 3);
  for (const line of ["", "skipped=", "skipped=x", "skipped", START + "type=a skipped=3"]) {
    assertEquals(readSkipped(line), undefined, line);
  }
});

Deno.test("readWatchEvent() takes nothing else for an event", () => {
  for (
    const line of [
      ...["", "OK", "END", "ERROR", "type=a", "ts=1.1 gid=1", "ts=1.1 type=a", "gid=1 type=a"],
      ...["ts=1 gid=1 type=a", "ts=a.b gid=1 type=a", "ts=1.1 gid=-1 type=a", "gid=1ts=1.1 type=a"],
      START + "type=item_get key=%4",
    ]
  ) assertEquals(read(line), undefined, line);
});
