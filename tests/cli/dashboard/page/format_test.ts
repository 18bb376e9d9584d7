import { assertEquals } from "@std/assert";
import * as format from "../../../../src/cli/dashboard/page/format.ts";

const NO_PERMISSIONS = { permissions: "none" } as const;

Deno.test("format: figures have three digits and a unit that fits", NO_PERMISSIONS, () => {
  assertEquals([0, 0.004, 7.128, 99.99, 999.4, 999.6, 12_345, 4e15].map(format.short), [
    ...["0", "0", "7.13", "100", "999", "1 k", "12.3 k", "4000 T"],
  ]);
  assertEquals([0, 1000, 1023.9, 1024, 64 * 2 ** 20, 1.5 * 2 ** 40].map(format.bytes), [
    ...["0 B", "1000 B", "1 KiB", "1 KiB", "64 MiB", "1.5 TiB"],
  ]);
  assertEquals([0, 0.5, 0.99951, 0.999999, 1].map(format.percent), [
    ...["0 %", "50 %", "99.95 %", "99.99 %", "100 %"],
  ]);
  assertEquals([0.123, 12.34, 1234].map(format.milliseconds), ["0.12 ms", "12.3 ms", "1.23 s"]);
  assertEquals([0, 59, 61, 3600, 90_061, 86_400].map(format.duration), [
    ...["0 s", "59 s", "1 min 1 s", "1 h", "1 d 1 h", "1 d"],
  ]);
  assertEquals(format.count(1_234_567), "1,234,567");
  assertEquals([format.plural(1, "server"), format.plural(2, "server")], ["1 server", "2 servers"]);
});

Deno.test("format: what is not known is a dash", NO_PERMISSIONS, () => {
  const all = [format.count, format.short, format.perSecond, format.bytes, format.bytesPerSecond];
  for (const write of [...all, format.percent, format.milliseconds, format.duration]) {
    for (const figure of [null, undefined, NaN]) assertEquals(write(figure), "–");
  }
});
