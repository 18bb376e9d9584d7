import { assertEquals } from "@std/assert";
import { LogWatcher, WatchLog } from "../../src/testing/memcached/watch_log.ts";
import { settle } from "../support/settle.ts";
import { textOf } from "../support/wire.ts";

Deno.test("WatchLog numbers the lines and gives each to those who watch for its kind", async () => {
  const log = new WatchLog({ now: () => 1700000000.080016 });
  const told: string[][] = [[], []];
  const [gets, both] = [["fetchers"], ["fetchers", "mutations"]].map((kinds, i) =>
    new LogWatcher(new Set(kinds), (bytes) => {
      told[i].push(textOf(bytes));
      return Promise.resolve();
    })
  );
  log.log("fetchers", () => "nobody");
  log.add(gets);
  log.log("mutations", () => "not for them");
  log.add(both);
  log.log("mutations", () => "type=b");
  log.log("fetchers", () => "type=a");
  await settle();
  log.delete(both);
  log.log("fetchers", () => "type=c");
  await settle();
  // As the daemon writes it: 80,015 microseconds.
  const start = "ts=1700000000.80015 gid=";
  assertEquals(told.map((lines) => lines.join("")), [
    `${start}2 type=a\n${start}3 type=c\n`,
    `${start}1 type=b\n${start}2 type=a\n`,
  ]);
});

Deno.test("LogWatcher skips what a slow reader has no room for, and says how much", async () => {
  const sends: { bytes: string; done: () => void }[] = [];
  const watcher = new LogWatcher(new Set(["fetchers"]), (bytes) => {
    return new Promise((done) => sends.push({ bytes: textOf(bytes), done }));
  });
  const line = "x".repeat(999) + "\n";
  watcher.take("first\n");
  await settle();
  for (let i = 0; i < 300; i++) watcher.take(line);
  sends[0].done();
  await settle();
  assertEquals(sends[1].bytes, line.repeat(262));
  watcher.take("last\n");
  sends[1].done();
  await settle();
  assertEquals(sends[2].bytes, "skipped=38\nlast\n");
  sends[2].done();
});

Deno.test("LogWatcher that cannot send is harmless", async () => {
  const watcher = new LogWatcher(new Set(), () => Promise.reject(new Error("closed")));
  watcher.take("a\n");
  await settle();
  watcher.take("b\n");
  await settle();
});
