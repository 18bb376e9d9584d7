/**
 * A page server whose memcached hangs (SIGSTOP) may be slow for a second, and then has to be as fast as before: it makes its
 * pages without the cache. Each visitor waits for a page before he asks for the next.
 */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

const SECONDS = SMOKE ? 0.05 : 3;
const FIRST = SMOKE ? 0.05 : 1;
const KEYS = Array.from({ length: 20 }, (_, i) => `part:${i}`);

await using daemon = await startMemcached({ args: ["-t", "1"] });
// A smoke run does not wait five times for a server to be tried again.
await using client = new Client(daemon.address, SMOKE ? { retryTimeout: 100 } : {});
await client.setMulti(KEYS.map((key) => [key, `<p>${key}</p>`.repeat(10)]));
await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async () => {
  const user = await client.get<string>("user");
  const parts = await client.getMulti<string>(KEYS);
  return new Response(KEYS.map((key) => parts.get(key) ?? `<p>${key}</p>`).join(user ?? ""));
});
const url = `http://127.0.0.1:${server.addr.port}/`;

/** A page with nothing else to do or to wait for. */
async function pageAlone(): Promise<void> {
  const user = await client.get<string>("user");
  const parts = await client.getMulti<string>(KEYS);
  KEYS.map((key) => parts.get(key) ?? `<p>${key}</p>`).join(user ?? "");
}

/** Lets some visitors ask for pages for so many seconds. Gives the number of pages a second. */
async function pagesPerSecond(
  visitors: number,
  seconds: number,
  page: () => Promise<unknown>,
): Promise<number> {
  let pages = 0;
  const end = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: visitors }, async () => {
    while (performance.now() < end) {
      await page();
      pages++;
    }
  }));
  return pages / seconds;
}

const pageByHttp = async () => await (await fetch(url)).text();

for (
  const [what, visitors, page] of [
    ["by HTTP", 1, pageByHttp],
    ["by HTTP", 16, pageByHttp],
    ["alone", 1, pageAlone],
    ["alone", 16, pageAlone],
    ["alone", 64, pageAlone],
  ] as const
) {
  await pagesPerSecond(visitors, FIRST, page);
  const well = await pagesPerSecond(visitors, SECONDS, page);
  daemon.pause();
  const first = await pagesPerSecond(visitors, FIRST, page);
  const hung = await pagesPerSecond(visitors, SECONDS, page);
  daemon.resume();
  const who = `pages ${what}, ${visitors} visitor(s) at a time`;
  print({ what: `${who}, memcached well`, figure: well, unit: " pages/s" });
  print({
    what: `${who}, first second of a memcached that hangs`,
    figure: first,
    unit: " pages/s",
  });
  print({ what: `${who}, after that`, figure: hung / well, unit: "×", atLeast: 0.8 });
  // It is found alive with a probe, at the latest after the retry timeout.
  const deadline = performance.now() + 7000;
  while (await client.get(KEYS[0]) === undefined && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
