/**
 * A compressed value may cost little more than zlib itself and the same value uncompressed, as measured
 * one after the other: what is beyond zlib and the wire is the client's own.
 */
import { deflateSync, inflateSync } from "node:zlib";
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { contest, TIMES } from "./contest.ts";
import { print } from "./verdict.ts";

await using daemon = await startMemcached({ args: ["-t", "1", "-m", "256"] });
await using client = new Client(daemon.address, {
  strict: true,
  pollTimeout: 5000,
  compThreshold: 100,
});

for (
  const [name, bytes] of [["1 kB", 1_000], ["100 kB", 100_000], [
    "1 MB",
    1_000_000,
  ]] as const
) {
  const value = new TextEncoder().encode(makeRecords(bytes));
  const packed = deflateSync(value);
  await client.set("value", value);
  const [deflate, set, inflate, get] = await contest([
    {
      name: "deflate",
      things: 1,
      run: () => Promise.resolve(deflateSync(value)),
    },
    { name: "set", things: 1, run: () => client.set("value", value) },
    {
      name: "inflate",
      things: 1,
      run: () => Promise.resolve(inflateSync(packed)),
    },
    { name: "get", things: 1, run: () => client.get("value") },
  ], TIMES);
  const [setPacked, getPacked] = await contest([
    {
      name: "set, packed by the caller",
      things: 1,
      run: () => client.set("packed", packed, { compress: false }),
    },
    {
      name: "get, packed by the caller",
      things: 1,
      run: () => client.get("packed"),
    },
  ], TIMES);
  for (
    const [what, zlib, plain, ours] of [
      ["set", deflate, setPacked, set],
      ["get", inflate, getPacked, get],
    ] as const
  ) {
    print({
      what: `${what} of ${name}, zlib`,
      figure: zlib.micros,
      unit: " µs",
    });
    print({
      what: `${what} of ${name}, as many bytes uncompressed`,
      figure: plain.micros,
      unit: " µs",
    });
    print({
      what: `${what} of ${name}, compressed`,
      figure: ours.micros,
      unit: " µs",
    });
    print({
      what: `${what} of ${name}, to zlib and the wire`,
      figure: ours.micros / (zlib.micros + plain.micros),
      unit: "×",
      atMost: 1.2,
    });
  }
}

/** JSON records, about as compressible as what caches hold. */
function makeRecords(bytes: number): string {
  let text = "";
  for (let i = 0; text.length < bytes; i++) {
    text += JSON.stringify({
      id: i,
      name: `user ${i * 7919 % 9973}`,
      score: (i * 31 % 997) / 7,
    });
  }
  return text.slice(0, bytes);
}
