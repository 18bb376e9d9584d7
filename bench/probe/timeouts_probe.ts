/** What the timeouts bound, and how much of them calls need: the figures of `docs/timeouts.md`. */
import { Client, type ClientOptions } from "@libmc/libmc";
import { TlsRig } from "../../tests/security/tls_rig.ts";
import { type Memcached, startMemcached } from "../../tests/support/memcached.ts";
import { SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

const DIALS = SMOKE ? 2 : 50;
const GETS = SMOKE ? 64 : 64_000;
const CALLERS = 64;

await using rig = await TlsRig.start();
const secure = await rig.memcached(rig.certificate, false, []);
await using daemon = await startMemcached({ args: ["-t", "1"] });

await printDials("dial, TCP", daemon.address, {});
await printDials("dial, TLS", secure.address, {
  tls: { caCerts: rig.authority.certificate.cert },
});
await printLatencies();
for (const pollTimeout of [50, 100, 300]) {
  await printHang(`pollTimeout ${pollTimeout}`, { pollTimeout });
}
await printHang("pollTimeout 300, maxRetries 1", { maxRetries: 1 });
await printHang("pollTimeout 300, timeout 100", { timeout: 100 });
await printDown();

/** The first call of a client, which dials. */
async function printDials(what: string, address: string, options: ClientOptions): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < DIALS; i++) {
    await using client = new Client(address, { connectTimeout: 5000, strict: true, ...options });
    times.push(await millisecondsOf(() => client.get("key")));
  }
  times.sort((a, b) => a - b);
  print({
    what: `${what} and first get, median of ${DIALS}`,
    figure: times[DIALS >> 1],
    unit: " ms",
  });
  print({ what: `${what} and first get, longest`, figure: times[DIALS - 1], unit: " ms" });
}

async function printLatencies(): Promise<void> {
  await using client = new Client(daemon.address, { strict: true });
  await client.set("key", "x".repeat(100));
  const times: number[] = [];
  await Promise.all(Array.from({ length: CALLERS }, async () => {
    for (let i = 0; i < GETS / CALLERS; i++) {
      times.push(await millisecondsOf(() => client.get("key")));
    }
  }));
  times.sort((a, b) => a - b);
  for (const part of [0.5, 0.99, 0.999]) {
    const figure = times[Math.floor(times.length * part)];
    print({ what: `get, ${CALLERS} callers, ${100 * part} % within`, figure, unit: " ms" });
  }
}

/** Calls one after the other while a server hangs, until it is left alone. */
async function printHang(what: string, options: ClientOptions): Promise<void> {
  await using client = new Client(daemon.address, { warn: false, ...options });
  await client.get("key");
  daemon.pause();
  try {
    const first = await millisecondsOf(() => client.get("key"));
    print({ what: `server hangs, ${what}: first get`, figure: first, unit: " ms" });
    if (SMOKE) return;
    let lost = first;
    // Three silences in a row, and it counts as dead.
    for (let calls = 1; calls < 12; calls++) lost += await millisecondsOf(() => client.get("key"));
    const after: number[] = [];
    for (let i = 0; i < 21; i++) after.push(await millisecondsOf(() => client.get("key")));
    after.sort((a, b) => a - b);
    print({ what: `server hangs, ${what}: waited in all`, figure: lost, unit: " ms" });
    print({ what: `server hangs, ${what}: a get after that`, figure: after[10], unit: " ms" });
  } finally {
    daemon.resume();
  }
}

/** A server that refuses connections, and one from which nothing comes back. */
async function printDown(): Promise<void> {
  const gone: Memcached = await startMemcached();
  await gone.stop();
  await using refused = new Client(gone.address, { warn: false });
  const first = await millisecondsOf(() => refused.get("key"));
  print({ what: "server refuses: first get", figure: first, unit: " ms" });
  const next = await millisecondsOf(() => refused.get("key"));
  print({ what: "server refuses: next get", figure: next, unit: " ms" });
  await using silent = new Client("127.0.0.1:1", {
    warn: false,
    connect: (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const dial = await millisecondsOf(() => silent.get("key"));
  print({ what: "nothing comes back from a dial: first get", figure: dial, unit: " ms" });
  const after = await millisecondsOf(() => silent.get("key"));
  print({ what: "nothing comes back from a dial: next get", figure: after, unit: " ms" });
}

async function millisecondsOf(call: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await call();
  return performance.now() - begin;
}
