/** The client over TLS, beside a bare socket of `node:tls`, by which it dials, and a bare one of Deno. */
import { Client } from "@libmc/libmc";
import { TlsRig } from "../../tests/security/tls_rig.ts";
import { makeItems } from "../participants/items.ts";
import { RawNodeTls } from "../participants/raw_node_tls.ts";
import {
  type Exchange,
  getExchange,
  getMultiExchange,
  RawSocket,
  setExchange,
} from "../participants/raw_socket.ts";
import { contest, TIMES } from "./contest.ts";
import { print } from "./verdict.ts";

await using rig = await TlsRig.start();
const { address } = await rig.memcached(rig.certificate, false, [
  "-t",
  "1",
  "-m",
  "256",
]);
const ca = rig.authority.certificate.cert;
const options = { tls: { caCerts: ca }, strict: true };
await using client = new Client(address, {
  ...options,
  connectTimeout: 5000,
  pollTimeout: 5000,
});
const node = await RawNodeTls.connect(address, ca);
const deno = await RawSocket.connectTls(address, [ca]);

const items = makeItems(8, 100, 100);
const large = makeItems(8, 16, 100_000);
await client.setMulti(items);
for (const [key, value] of large) await client.set(key, value);
const keys = items.map(([key]) => key);
// The values of the bare sockets are the same, as are the bytes on the wire.
const each = (items: [string, string][]) => items.map((item) => getExchange([item]));
const works: [
  string,
  number,
  Exchange[],
  (at: number) => Promise<unknown>,
][] = [
  ["get of 100 B", 1, each(items), (at) => client.get(keys[at % 100])],
  ["getMulti of 100", 100, [getMultiExchange(items)], () => {
    return client.getMulti(keys);
  }],
  ["setMulti of 100", 100, [setExchange(items)], () => {
    return client.setMulti(items);
  }],
  ["get of 100 kB", 1, each(large), (at) => client.get(large[at % 16][0])],
];
for (const [what, things, exchanges, run] of works) {
  const next = (at: number) => exchanges[at % exchanges.length];
  report(
    what,
    await contest([
      {
        name: "node:tls",
        things,
        run: (at) => node.exchange(next(at)),
      },
      {
        name: "Deno.connectTls",
        things,
        run: (at) => deno.exchange(next(at)),
      },
      { name: "libmc", things, run },
    ], TIMES),
  );
}
node.close();
deno.close();

const get = getExchange([items[0]]);
report(
  "dial, get, close",
  await contest([
    {
      name: "node:tls",
      things: 1,
      async run() {
        const socket = await RawNodeTls.connect(address, ca);
        await socket.exchange(get);
        socket.close();
      },
    },
    {
      name: "Deno.connectTls",
      things: 1,
      async run() {
        const socket = await RawSocket.connectTls(address, [ca]);
        await socket.exchange(get);
        socket.close();
      },
    },
    {
      name: "libmc",
      things: 1,
      async run() {
        await using client = new Client(address, {
          ...options,
          connectTimeout: 5000,
          pollTimeout: 5000,
        });
        await client.get(keys[0]);
      },
    },
  ], TIMES),
);

function report(
  what: string,
  [node, deno, ours]: Awaited<ReturnType<typeof contest>>,
) {
  for (const { name, perSecond, cpuMicros } of [node, deno, ours]) {
    print({ what: `${what}, ${name}`, figure: perSecond, unit: "/s" });
    print({ what: `${what}, ${name}, CPU`, figure: cpuMicros, unit: " µs" });
  }
  print({
    what: `${what}, of node:tls`,
    figure: ours.perSecond / node.perSecond,
    unit: "×",
  });
}
