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
const [oneSocket, sockets] = outcomes.slice(-2);
print({
  what: `get, ${sockets.name} to one`,
  figure: sockets.micros / oneSocket.micros,
  unit: "×",
});
print({
  what: `get, ${sockets.name} to one, CPU`,
  figure: sockets.cpuMicros / oneSocket.cpuMicros,
  unit: "×",
});
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
