/** Each distribution against the client that it is named for: every fact that was recorded from the originals. */

import { assert, assertEquals } from "@std/assert";
import { encodeHex } from "@std/encoding";
import { wireKey } from "../../src/key.ts";
import { parseAddress } from "../../src/placement/address.ts";
import type { PlacedServer } from "../../src/placement/distribution.ts";
import { distributionOf } from "../../src/placement/distributions.ts";
import {
  ASKED,
  type AskedServer,
  type Case,
  numberOf,
  type Original,
  ORIGINALS,
} from "./originals.ts";

const WIRE_KEYS = ASKED.keys.map((key) => wireKey(key));
const WIDE = ASKED.keys.filter((key, i) => key !== WIRE_KEYS[i]).length;

for (const original of ORIGINALS) {
  Deno.test(`distributionOf() chooses the servers of ${original.recordedFrom}`, async () => {
    await checkWhole(original);
    let facts = 0;
    for (const one of original.cases) facts += compared(one, original);
    assertEquals(facts, original.facts);
    console.log(`${original.recordedFrom}: ${facts} facts compared, 0 differ`);
  });
}

Deno.test("the originals were asked for 1,000 keys and more, wide ones among them, over 20 lists and more each", () => {
  assert(ASKED.keys.length >= 1000 && WIDE >= 200);
  for (const { name, cases } of ORIGINALS) {
    assert(new Set(cases.map(({ list }) => list)).size >= 20, name);
  }
});

/** Compares one list, and gives the number of facts. */
function compared(one: Case, { name }: Original): number {
  const servers = ASKED.lists[one.list].map((server) => placed(server, one, name));
  // nutcracker sorts its servers, the shorter names first, and counts them after that.
  const sorted = name === "twemproxy" && one.distribution === "modulo"
    ? servers.toSorted((a, b) => byLength(a.ringName, b.ringName))
    : servers;
  const distribution = distributionOf(sorted, {
    distribution: one.distribution,
    hash: one.hash,
    hashFn: "md5",
    prefix: "",
    hashPrefix: true,
    hashTag: one.hashTag ?? "",
  });
  const { place = 0 } = one;
  const expected = Array.from(one.owners, numberOf);
  const found = WIRE_KEYS.map((key, i) => {
    if (place === 0) return servers.indexOf(sorted[distribution.indexFor(key)]);
    // The original gives up at some time; this client does not.
    return expected[i] === -1 ? -1 : Array.from(distribution.order(key))[place];
  });
  assertEquals(found, expected, JSON.stringify({ ...one, owners: undefined }));
  return found.length;
}

function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** A server as it is written for this client. */
function placed([host, port, weight]: AskedServer, { format }: Case, name: string): PlacedServer {
  const isSocket = host.startsWith("/");
  const place = isSocket ? host : `${host}:${port}`;
  // A host name is hashed by Java together with its address, which was made up for the recording.
  const number = /^cache-(\d+)/.exec(host)?.[1];
  const alias = format === "SPYMEMCACHED" && number !== undefined
    ? ` ${host}/10.1.2.${Number(number)}:${port}`
    : format === "LIBMEMCACHED"
    // Java looks for the name of an address.
    ? ` ${host === "127.0.0.1" ? "localhost" : host}${port === 11211 ? "" : `:${port}`}`
    // php-memcached takes a Unix socket for a host with libmemcached's default port.
    : name === "php" && isSocket
    ? ` ${host}`
    : "";
  return { ...parseAddress(place + alias), weight };
}

/** The file is as it was written: its digest says so. */
async function checkWhole({ cases, sha256 }: Original): Promise<void> {
  const text = new TextEncoder().encode(cases.map(({ owners }) => owners).join("\n"));
  assertEquals(encodeHex(await crypto.subtle.digest("SHA-256", text)), sha256);
}
