import { assertEquals, assertThrows } from "@std/assert";
import { checkRawLine, isFollowed } from "../../../src/commands/admin/raw_line.ts";

Deno.test("checkRawLine() gives the word that begins the line", () => {
  for (
    const line of [
      ...["version", "stats", "stats detail dump", "lru_crawler sleep 100", "me key", "mn"],
      ...["slabs automove ratio 0.8", "extstore item_size 512", "refresh_certs", "é"],
      ...["lru_crawler crawl 1,2", "lru_crawler tocrawl 5", "verbosity 1", "x".repeat(2000)],
    ]
  ) assertEquals(checkRawLine(line), line.split(" ")[0]);
  assertEquals(checkRawLine("  version"), "version");
});

Deno.test("checkRawLine() rejects all that would leave the stream out of step", () => {
  for (
    const line of [
      ...["", "   ", "version\r\n", "version\nversion", "a\0b", "a\tb", "a\x7f", "a\ud800"],
      ...["set a 0 0 1", "  set a 0 0 1", "add a", "cas a", "ms a 1", "append a", "mg a q"],
      ...["verbosity 1 noreply", "cache_memlimit 64 noreply"],
      ...["watch", "watch fetchers", "lru_crawler metadump all", "lru_crawler mgdump hash"],
      ...["lru_crawler m all", "lru_crawler metad all", "quit", "flush_all", "get a", "gat 1 a"],
      ...["delete a", "incr a 1", "touch a 1", "md a", "ma a"],
    ]
  ) assertThrows(() => checkRawLine(line), TypeError, "Cannot send", JSON.stringify(line));
  assertThrows(() => checkRawLine(5 as unknown as string), TypeError, "must be a string");
});

Deno.test("checkRawLine() rejects a line for which memcached closes the connection", () => {
  assertThrows(() => checkRawLine("x".repeat(2001)), RangeError, "<= 2000 bytes: current size");
  assertThrows(() => checkRawLine("é".repeat(1001)), RangeError, "current size is 2002");
});

Deno.test("checkRawLine() names the method to use", () => {
  assertThrows(() => checkRawLine("set a 0 0 1"), TypeError, "use set(), setRaw()");
  assertThrows(() => checkRawLine("flush_all"), TypeError, "use flushAll()");
  assertThrows(() => checkRawLine("lru_crawler metadump all"), TypeError, "use admin.keys()");
});

Deno.test("isFollowed() knows the lines of lists", () => {
  for (const line of ["STAT a 1", "ITEM a [1 b; 0 s]", "PREFIX a get 1", "CONFIG cluster 0 9"]) {
    assertEquals(isFollowed(line), true, line);
  }
  for (const line of ["OK", "END", "VERSION 1", "RESET", "STATUS", "ME a exp=-1"]) {
    assertEquals(isFollowed(line), false, line);
  }
});
