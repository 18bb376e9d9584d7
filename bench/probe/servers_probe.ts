/**
 * A get may cost little more on 1,000 servers than on one, and finding a key's server little time. The
 * servers are names for a few daemons: what is measured is the client's way to the right connection.
 */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { makeItems } from "../participants/items.ts";
import { getExchange, RawSocket, setExchange } from "../participants/raw_socket.ts";
import { contest, type Contestant, SMOKE, TIMES } from "./contest.ts";
import { print } from "./verdict.ts";

await using daemon = await startMemcached({ args: ["-t", "1", "-c", "4096"] });
await using other = await startMemcached({ args: ["-t", "1", "-c", "4096"] });
const addresses = [daemon.address, other.address];
const items = makeItems(8, SMOKE ? 100 : 5_000, 100);
const keys = items.map(([key]) => key);

await using clients = new AsyncDisposableStack();
const sizes = SMOKE ? [1, 10] : [1, 10, 100, 1_000];
const gets: Contestant[] = [];
for (const size of sizes) {
  const servers = Array.from(
    { length: size },
    (_, i) => `${addresses[i % 2]} cache${i}`,
  );
  const client = clients.use(
    new Client(servers, {
      strict: true,
      pollTimeout: 5000,
      connectTimeout: 5000,
    }),
  );
  await client.setMulti(items);
  gets.push({
    name: `${size} servers`,
    things: 1,
    run: (at) => client.get(keys[at % keys.length]),
  });
  printRouting(client, size);
}
// What as many sockets cost that send the same bytes again and again, and do nothing else.
for (const size of [sizes[0], sizes[sizes.length - 1]]) {
  const sockets: RawSocket[] = [];
  for (let i = 0; i < size; i++) {
    const socket = await RawSocket.connect(addresses[i % 2]);
    clients.defer(() => socket.close());
    sockets.push(socket);
    if (i < 2) await socket.exchange(setExchange([items[0]]));
  }
  const exchange = getExchange([items[0]]);
  gets.push({
    name: `${size} raw sockets`,
    things: 1,
    run: (at) => sockets[at % size].exchange(exchange),
  });
}
// The same with a read that is always pending, as a client needs it to notice that a connection has ended.
for (const size of [sizes[0], sizes[sizes.length - 1]]) {
  const sockets: Deno.TcpConn[] = [];
  let answered = () => {};
  for (let i = 0; i < size; i++) {
    const [hostname, port] = addresses[i % 2].split(":");
    const socket = await Deno.connect({ hostname, port: Number(port) });
    clients.defer(() => socket.close());
    socket.setNoDelay(true);
    sockets.push(socket);
    void readAlways(socket, () => answered());
  }
  const { request } = getExchange([items[0]]);
  gets.push({
    name: `${size} sockets that are always read`,
    things: 1,
    run: (at) =>
      new Promise<void>((resolve) => {
        answered = resolve;
        void sockets[at % size].write(request);
      }),
  });
}
const outcomes = await contest(gets, TIMES);
for (const { name, micros, cpuMicros } of outcomes) {
  print({ what: `get, one at a time, ${name}`, figure: micros, unit: " µs" });
  print({
    what: `get, one at a time, ${name}, CPU`,
    figure: cpuMicros,
    unit: " µs",
  });
}
const [first] = outcomes;
const last = outcomes[sizes.length - 1];
for (const from of [-4, -2]) {
  const [one, many] = outcomes.slice(from);
  print({ what: `get, ${many.name} to one`, figure: many.micros / one.micros, unit: "×" });
  print({
    what: `get, ${many.name} to one, CPU`,
    figure: many.cpuMicros / one.cpuMicros,
    unit: "×",
  });
}
print({
  what: `get, ${last.name} to one`,
  figure: last.micros / first.micros,
  unit: "×",
  atMost: 1.5,
});
print({
  what: `get, ${last.name} to one, CPU`,
  figure: last.cpuMicros / first.cpuMicros,
  unit: "×",
  atMost: 1.5,
});

/** Reads until the socket is closed. A reply of one item comes in one piece. */
async function readAlways(socket: Deno.TcpConn, answered: () => void): Promise<void> {
  const into = new Uint8Array(1024);
  try {
    while (await socket.read(into) !== null) answered();
  } catch {
    // It was closed.
  }
}

function printRouting(client: Client, size: number): void {
  const routed = SMOKE ? 100 : 1_000_000;
  for (let i = 0; i < routed / 10; i++) {
    client.getHostByKey(keys[i % keys.length]);
  }
  const begin = performance.now();
  for (let i = 0; i < routed; i++) client.getHostByKey(keys[i % keys.length]);
  const figure = (performance.now() - begin) * 1000 / routed;
  const target = size === 100 ? { atMost: 0.5 } : {};
  print({
    what: `getHostByKey, MD5, ${size} servers`,
    figure,
    unit: " µs a key",
    ...target,
  });
}
