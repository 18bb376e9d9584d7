/** 100 kB and 1 MB as bytes, beside the raw socket. */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { makeValue } from "../participants/items.ts";
import { getExchange, RawSocket, setExchange } from "../participants/raw_socket.ts";
import { contest, TIMES } from "./contest.ts";
import { print } from "./verdict.ts";

await using daemon = await startMemcached({
  args: ["-t", "1", "-m", "256", "-I", "4m"],
});
await using client = new Client(daemon.address, {
  strict: true,
  pollTimeout: 5000,
});
const socket = await RawSocket.connect(daemon.address);

for (
  const [name, bytes] of [["100 kB", 100_000], ["1 MB", 1_000_000]] as const
) {
  const text = makeValue("0", bytes);
  const value = new TextEncoder().encode(text);
  const item: [string, string] = [`raw:${bytes}`, text];
  const set = setExchange([item]);
  const get = getExchange([item]);
  await socket.exchange(set);
  await client.set(`ours:${bytes}`, value);
  const [rawGet, ourGet, rawSet, ourSet] = await contest([
    { name: "raw get", things: 1, run: () => socket.exchange(get) },
    { name: "get", things: 1, run: () => client.get(`ours:${bytes}`) },
    { name: "raw set", things: 1, run: () => socket.exchange(set) },
    { name: "set", things: 1, run: () => client.set(`ours:${bytes}`, value) },
  ], TIMES);
  for (
    const [what, raw, ours] of [["get", rawGet, ourGet], [
      "set",
      rawSet,
      ourSet,
    ]] as const
  ) {
    print({
      what: `${what} of ${name}, raw socket`,
      figure: raw.perSecond,
      unit: "/s",
    });
    print({ what: `${what} of ${name}`, figure: ours.perSecond, unit: "/s" });
    print({
      what: `${what} of ${name}, of raw`,
      figure: ours.perSecond / raw.perSecond,
      unit: "×",
      atLeast: 0.8,
    });
  }
}
socket.close();
