import { assertEquals, assertMatch } from "@std/assert";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { quoted, Wire } from "../support/wire.ts";
import { WIRE_CASES, type WireCase } from "./wire_cases/all.ts";

/** What runs on the embedded server and on memcached alike; only because both pass, the first is believed. */
const SERVERS = {
  "MemcachedServer over TCP": () => MemcachedServer.start(),
  "MemcachedServer over a Unix socket": () => MemcachedServer.start({ path: freePath() }),
  "memcached over TCP": () => startMemcached(),
  "memcached over a Unix socket": () => startMemcached({ unixSocket: true }),
};

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`${name} answers ${WIRE_CASES.length} wire cases to the byte`, async () => {
    await using server = await start();
    const wrong: string[] = [];
    for (const wireCase of WIRE_CASES) {
      const found = await play(wireCase, server.address);
      if (found === wireCase.answer) continue;
      wrong.push(
        `${wireCase.name}\n  expected ${quoted(wireCase.answer)}\n  found    ${quoted(found)}`,
      );
    }
    assertEquals(wrong.join("\n"), "");
  });

  Deno.test(`${name} stores by cas only what was not changed since`, async () => {
    await using server = await start();
    using wire = await Wire.connect(server.address);
    await wire.send("set a 3 0 1\r\n1\r\ngets a\r\n");
    const told = await wire.until("END\r\n");
    const cas = /VALUE a 3 1 (\d+)\r\n1\r\nEND\r\n$/.exec(told)?.[1];
    await wire.send(`cas a 0 0 1 ${cas}\r\n2\r\ncas a 0 0 1 ${cas}\r\n3\r\nget a\r\n`);
    assertEquals(await wire.until("END\r\n"), "STORED\r\nEXISTS\r\nVALUE a 0 1\r\n2\r\nEND\r\n");
  });

  Deno.test(`${name} tells its stats by memcached's names`, async () => {
    await using server = await start();
    using wire = await Wire.connect(server.address);
    await wire.send("set a 0 0 1\r\n1\r\n");
    await wire.until("STORED\r\n");
    for (const [group, names] of Object.entries(STAT_NAMES)) {
      await wire.send(`stats ${group}\r\n`);
      const stats = (await wire.until("END\r\n")).split("\r\n").slice(0, -2);
      for (const stat of stats) assertEquals(/^STAT [^ ]+ [^ ].*$/.test(stat), true, stat);
      const told = new Set(stats.map((stat) => stat.split(" ")[1]));
      assertEquals(names.filter((stat) => !told.has(stat)), [], `stats ${group}`);
    }
  });
}

for (const [name, start] of Object.entries(SERVERS)) {
  Deno.test(`${name} lists its items and its connections`, async () => {
    await using server = await start();
    using wire = await Wire.connect(server.address);
    await wire.send("set first%1 7 0 3\r\n123\r\nset second 0 1000 1\r\n1\r\n");
    await wire.until("STORED\r\nSTORED\r\n");
    const isDumped = /^ITEM second \[1 b; (\d{10}) s\]\r\nITEM first%1 \[3 b; 0 s\]\r\nEND\r\n$/;
    // The daemon lists an item once a background thread of its has moved it.
    await eventually("both items are listed", async () => {
      await wire.send("stats cachedump 1 0\r\n");
      return isDumped.test(await wire.until("END\r\n"));
    });
    await wire.send("stats cachedump 1 1\r\n");
    assertMatch(await wire.until("END\r\n"), /^ITEM second \[1 b; \d{10} s\]\r\nEND\r\n$/);
    assertMatch(
      await wire.listed("lru_crawler metadump all\r\n", "END\r\n"),
      /^key=first%251 exp=-1 la=\d{10} cas=\d+ fetch=no cls=1 size=73\nkey=second exp=\d{10} la=\d{10} cas=\d+ fetch=no cls=1 size=66\nEND\r\n$/,
    );
    await wire.send("stats conns\r\n");
    const conns = await wire.until("END\r\n");
    for (const part of ["addr", "state", "secs_since_last_cmd"]) {
      assertMatch(conns, new RegExp(`^STAT \\d+:${part} [^ ]+\r$`, "m"));
    }
  });

  Deno.test(`${name} says no more to a connection that watches`, async () => {
    await using server = await start();
    using wire = await Wire.connect(server.address);
    for (
      const [sent, answer] of [
        ["version\r\nwatch\r\n", "before watch\r\n"],
        ["watch nothing\r\n", "ERROR\r\n"],
        ["watch evictions\r\n", "OK\r\n"],
      ]
    ) {
      await wire.send(sent);
      assertEquals((await wire.until(answer)).slice(-answer.length), answer);
    }
    await wire.send("version\r\n");
    // What another connection asks later is answered.
    using other = await Wire.connect(server.address);
    await other.send("version\r\n");
    await other.until("\r\n");
    assertEquals(wire.received, "");
  });
}

async function play(wireCase: WireCase, address: string): Promise<string> {
  using before = await Wire.connect(address);
  await before.send("flush_all\r\n");
  await before.until("OK\r\n");
  using wire = await Wire.connect(address);
  const { sent, closes } = wireCase;
  const pieces = typeof sent === "string" ? [sent] : sent;
  if (closes) {
    await wire.send(...pieces);
    return normal(await wire.toEnd());
  }
  // Sent while it is read, so that no buffer on the way fills up for good.
  const sending = wire.send(...pieces, MARK);
  const found = await wire.until(MARK_ANSWER);
  await sending;
  return normal(found.slice(0, -MARK_ANSWER.length));
}

/** Versions differ from server to server, and cas numbers from run to run. */
function normal(answer: string): string {
  const seen: string[] = [];
  return answer
    .replace(/^VERSION .*\r\n/gm, "VERSION *\r\n")
    .replace(/^(VALUE [^ ]+ \d+ \d+) (\d+)\r\n/gm, (_, head: string, cas: string) => {
      if (!seen.includes(cas)) seen.push(cas);
      return `${head} #${seen.indexOf(cas) + 1}\r\n`;
    });
}

function freePath(): string {
  const path = Deno.makeTempFileSync({ suffix: ".sock" });
  Deno.removeSync(path);
  return path;
}

/** No case is answered so: it ends an answer. */
const MARK = "set !mark! 0 0 4 noreply\r\nmark\r\nget !mark!\r\n";
const MARK_ANSWER = "VALUE !mark! 0 4\r\nmark\r\nEND\r\n";

const STAT_NAMES: Record<string, string[]> = {
  "": [
    "pid",
    "uptime",
    "time",
    "version",
    "curr_connections",
    "total_connections",
    "cmd_get",
    "cmd_set",
    "get_hits",
    "get_misses",
    "threads",
    "bytes",
    "curr_items",
    "total_items",
    "evictions",
  ],
  settings: ["tcpport", "item_size_max", "cas_enabled", "evictions", "detail_enabled"],
  items: ["items:1:number", "items:1:age", "items:1:evicted"],
  slabs: ["1:chunk_size", "1:used_chunks", "active_slabs", "total_malloced"],
};
