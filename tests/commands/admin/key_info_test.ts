import { assertEquals } from "@std/assert";
import { readKeyInfo } from "../../../src/commands/admin/key_info.ts";
import { Keys } from "../../../src/engine/keys.ts";
import { ManualClock } from "../../support/manual_clock.ts";

const read = (line: string, prefix = "") =>
  readKeyInfo(line, "one", (wireKey) => new Keys(prefix, new ManualClock()).ownOf(wireKey));

Deno.test("readKeyInfo() reads the lines of all versions", () => {
  const known = { server: "one", key: "a", exptime: 0, lastAccess: 1700000000, cas: 7n };
  const line = "key=a exp=-1 la=1700000000 cas=7 fetch=no";
  assertEquals(read(line), { ...known, fetched: false }, "1.4.31");
  const placed = { ...known, fetched: true, slabClass: 1, size: 65 };
  const placedLine = "key=a exp=-1 la=1700000000 cas=7 fetch=yes cls=1 size=65";
  assertEquals(read(placedLine), placed, "1.6.18");
  assertEquals(read(`${placedLine} flags=4294967295`), { ...placed, flags: 4294967295 }, "1.6.24");
  assertEquals(read(`${placedLine} flags=0 `), { ...placed, flags: 0 }, "1.6.45, space included");
  const external = `${placedLine} flags=0 ext_page=3 ext_offset=9 `;
  assertEquals(read(external), { ...placed, flags: 0 }, "with extstore");
});

Deno.test("readKeyInfo() gives exptime as Unix time, and a cas of 64 bits", () => {
  const item = read("key=a exp=1700000100 la=1700000000 cas=18446744073709551615 fetch=no");
  assertEquals([item?.exptime, item?.cas], [1700000100, 18446744073709551615n]);
});

Deno.test("readKeyInfo() undoes the encoding of keys, whatever their bytes", () => {
  const keyOf = (encoded: string) => {
    const item = read(`key=${encoded} exp=-1 la=1 cas=1 fetch=no`);
    return [item?.key, item?.bytes];
  };
  assertEquals(keyOf("a%2525"), ["a%25", undefined]);
  assertEquals(keyOf("%C3%A9%c3%a9"), ["éé", undefined]);
  assertEquals(keyOf("a%20b%0D%0Ac"), ["a b\r\nc", undefined]);
  assertEquals(keyOf("a%FF%00"), ["a\udcff\0", new Uint8Array([0x61, 0xff, 0])]);
  assertEquals(keyOf("a=b"), ["a=b", undefined]);
});

Deno.test("readKeyInfo() takes the prefix off, and leaves keys of others out", () => {
  const line = (key: string) => `key=${key} exp=-1 la=1 cas=1 fetch=no`;
  assertEquals(read(line("shop%3Aa"), "shop:")?.key, "a");
  assertEquals(read(line("%3Fshop%3Aa"), "shop:")?.key, "?a");
  for (const other of ["a", "shop%3A", "shoe%3Aa", "shop%3A%3Fa"]) {
    assertEquals(read(line(other), "shop:"), null, other);
  }
  const bytes = read(line("shop%3A%FF"), "shop:")?.bytes;
  assertEquals(bytes, new Uint8Array([0xff]));
});

Deno.test("readKeyInfo() takes nothing else for a line of a list", () => {
  for (
    const line of [
      ...["", "END", "ERROR", "OK", "key", "kex=a exp=-1 la=1 cas=1 fetch=no"],
      "key= exp=-1 la=1 cas=1 fetch=no",
      "key=a%4 exp=-1 la=1 cas=1 fetch=no",
      "key=a%zz exp=-1 la=1 cas=1 fetch=no",
      "key=a exp= la=1 cas=1 fetch=no",
      "key=a exp=1e3 la=1 cas=1 fetch=no",
      "key=a exp=-1 cas=1 fetch=no",
      "key=a exp=-1 la=1 cas=x fetch=no",
      "key=a exp=-1 la=1 cas=123456789012345678901 fetch=no",
      "key=a exp=-1 la=1 cas=1 fetch=maybe",
      "key=a exp=-1 la=99999999999999999999 cas=1 fetch=no",
      "key=a exp=-1 la=1 cas=1",
      " key=a exp=-1 la=1 cas=1 fetch=no",
    ]
  ) assertEquals(read(line), undefined, line);
});
