import { assertEquals } from "@std/assert";
import { readStat, type Stat, STATS_FAMILIES } from "../../../src/commands/admin/stats_lines.ts";

const { general, settings, items, slabs, sizes, conns } = STATS_FAMILIES;

function statsOf(text: string): Stat[] {
  return text.trim().split("\n").map((line) => readStat(line.trim()) as Stat);
}

Deno.test("readStat() reads a name and its value, spaces and none included", () => {
  assertEquals(readStat("STAT pid 1"), ["pid", "1"]);
  assertEquals(readStat("STAT a b c"), ["a", "b c"]);
  assertEquals(readStat("STAT a"), ["a", ""]);
  for (const line of ["", "END", "STAT", "STATS a", "stat a b", "ERROR"]) {
    assertEquals(readStat(line), undefined, line);
  }
});

Deno.test("the general figures are numbers, bytes of the network bigints, and texts stay texts", () => {
  assertEquals(
    general.read(statsOf(`
      STAT pid 7
      STAT version 1.6
      STAT libevent 2.1
      STAT rusage_user 0.011300
      STAT bytes_read 12
      STAT bytes_written 18446744073709551615
      STAT get_hits 9007199254740993
      STAT other -5
      STAT text a b
    `)),
    {
      ...{ pid: 7, version: "1.6", libevent: "2.1", rusage_user: 0.0113, bytes_read: 12n },
      ...{ bytes_written: 18446744073709551615n, get_hits: 9007199254740993n },
      ...{ other: -5, text: "a b" },
    } as unknown as ReturnType<typeof general.read>,
  );
});

Deno.test("settings are switches, numbers and texts, and missing where they are not set", () => {
  assertEquals(
    settings.read(statsOf(`
      STAT evictions on
      STAT domain_socket NULL
      STAT ssl_key (null)
      STAT umask 700
      STAT growth_factor 1.25
      STAT cas_enabled yes
      STAT temp_lru no
      STAT stat_key_prefix :
      STAT inter 127.0.0.1
    `)),
    {
      ...{ evictions: true, umask: "700", growth_factor: 1.25, cas_enabled: true },
      ...{ temp_lru: false, stat_key_prefix: ":", inter: "127.0.0.1" },
    },
  );
});

Deno.test("figures of slab classes and connections are gathered by their number", () => {
  assertEquals(
    items.read(statsOf("STAT items:1:number 2\nSTAT items:12:age 3\nSTAT items:1:age 4")),
    new Map([[1, { number: 2, age: 4 }], [12, { age: 3 }]]),
  );
  assertEquals(
    slabs.read(statsOf("STAT 1:chunk_size 96\nSTAT active_slabs 1\nSTAT total_malloced 1048576")),
    {
      classes: new Map([[1, { chunk_size: 96 }]]),
      totals: { active_slabs: 1, total_malloced: 1048576 },
    },
  );
  assertEquals(
    conns.read(statsOf("STAT 22:addr tcp:[::1]:5\nSTAT 22:state conn_read")),
    new Map([[22, { addr: "tcp:[::1]:5", state: "conn_read" }]]),
  );
});

Deno.test("sizes are counts by size, and not known to a server that does not count them", () => {
  assertEquals(sizes.read(statsOf("STAT 64 1\nSTAT 96 5")), new Map([[64, 1], [96, 5]]));
  assertEquals(sizes.read([]), new Map());
  for (const status of ["disabled", "error"]) {
    assertEquals(sizes.read(statsOf(`STAT sizes_status ${status}`)), undefined);
  }
});

Deno.test("figures may have the name of something inherited", () => {
  const read = general.read(statsOf("STAT __proto__ 1\nSTAT constructor 2"));
  assertEquals(Object.entries(read ?? {}), [["__proto__", 1], ["constructor", 2]]);
});
