/** What the clients are asked: each question is put to a live memcached, and answered by what came of it. */

import { equal } from "@std/assert";
import { Client } from "@libmc/libmc";
import { FaultProxy, ScriptedServer } from "@libmc/libmc/testing";
import { Authority } from "../../tests/support/certificates.ts";
import { type Memcached, startMemcached } from "../../tests/support/memcached.ts";
import type { Asked, AskedClient } from "./clients.ts";

/** One row of the table. */
export interface Question {
  readonly row: string;
  /** Whether it waits for something that does not come. */
  readonly waits?: boolean;
  ask(client: AskedClient): Promise<string>;
}

/** The questions, in the order of the table. */
export const QUESTIONS: readonly Question[] = [
  { row: "64 callers miss the same key: the source is asked", ask: loads },
  { row: "the server hangs: a `get` is over", ask: hang, waits: true },
  { row: "the server is down: a `get` gives", ask: down, waits: true },
  { row: "a reply has another key's value: `get` gives", ask: wrongKey },
  { row: "the reply to an `incr` is lost: it is counted", ask: lostIncr },
  { row: "of nine types of values come back as they were stored", ask: types },
  { row: "a value of 3 MB", ask: bigValue },
  { row: "a fifth server comes: keys that are lost", ask: fifthServer },
  { row: "TLS, and a certificate that is checked", ask: tls },
  { row: "types for TypeScript", ask: typed },
];

const NONE = "–";

async function loads(client: AskedClient): Promise<string> {
  await using server = await startMemcached();
  const asked = client.open([server.address]);
  if (asked.loadsOfHotKey !== undefined) {
    const loads = await asked.loadsOfHotKey(CALLERS);
    asked.close();
    return loads === 1 ? "once" : "many times";
  }
  let loads = 0;
  const source = async () => {
    loads++;
    await pause(50);
    return "value";
  };
  await Promise.all(
    Array.from({ length: CALLERS }, () => asked.load("hot", source)),
  );
  await asked.close();
  return loads === 1 ? "once" : "many times";
}

const CALLERS = 64;

/** Longer than that nobody waits for an answer. */
const PATIENCE = 7000;

async function hang(client: AskedClient): Promise<string> {
  await using server = await startMemcached();
  await using proxy = await FaultProxy.start({
    target: server.address,
    stall: true,
  });
  const asked = client.open([proxy.address]);
  await asked.ready?.();
  const begun = performance.now();
  const isOver = await Promise.race([
    settled(asked.get("key")),
    pause(PATIENCE).then(() => false),
  ]);
  const seconds = (performance.now() - begun) / 1000;
  abandon(asked);
  return isOver ? `within ${Math.ceil(seconds)} s` : `not within ${PATIENCE / 1000} s`;
}

async function down(client: AskedClient): Promise<string> {
  const server = await startMemcached();
  await server.stop();
  const asked = client.open([server.address]);
  const answer = await outcome(asked.get("key"));
  abandon(asked);
  return answer;
}

async function wrongKey(client: AskedClient): Promise<string> {
  if (!client.text) return NONE;
  await using server = await ScriptedServer.start({
    script: [["VALUE another 0 5\r\nwrong\r\nEND\r\n"], ["END\r\n"]],
  });
  const asked = client.open([server.address]);
  const answer = await outcome(asked.get("key"));
  abandon(asked);
  return answer === "a value" ? "that value" : answer;
}

async function lostIncr(client: AskedClient): Promise<string> {
  await using server = await startMemcached();
  await using helper = new Client(server.address, {
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
  });
  await helper.set("visits", 10);
  await using proxy = await FaultProxy.start({ target: server.address });
  const asked = client.open([proxy.address]);
  await settled(asked.get("visits"));
  // The first reply is lost with its connection; the line is well again at once.
  await proxy.set({ reset: "reply" });
  const call = settled(asked.incr("visits"));
  while (proxy.struck.get("reset") === undefined) await pause(5);
  await proxy.clear();
  await Promise.race([call, pause(3000)]);
  abandon(asked);
  const times = (await helper.incr("visits", 0) ?? 0) - 10;
  return times === 1 ? "once" : `${times} times`;
}

const VALUES: readonly unknown[] = [
  "text",
  new Uint8Array([0, 255]),
  42,
  1.5,
  2n ** 60n,
  true,
  null,
  [1, "two"],
  { name: "Ada" },
];

async function types(client: AskedClient): Promise<string> {
  await using server = await startMemcached();
  const asked = client.open([server.address]);
  if (asked.typesThatComeBack !== undefined) {
    const same = await asked.typesThatComeBack();
    abandon(asked);
    return String(same);
  }
  abandon(asked);
  let same = 0;
  for (const [i, value] of VALUES.entries()) {
    // Each has a client of its own: what one value does to a client is not the next one's.
    const asked = client.open([server.address]);
    const key = `value${i}`;
    const back = async () => {
      await asked.set(key, value);
      return isSame(await asked.get(key), value);
    };
    const isBack = await Promise.race([back().catch(() => false), pause(1000)]);
    if (isBack === true) same++;
    abandon(asked);
  }
  return String(same);
}

/** Bytes are the same whether they are a Uint8Array or a Buffer. */
function isSame(back: unknown, value: unknown): boolean {
  if (back instanceof Uint8Array && value instanceof Uint8Array) {
    return equal(new Uint8Array(back), value);
  }
  return equal(back, value);
}

async function bigValue(client: AskedClient): Promise<string> {
  await using server = await startMemcached();
  const asked = client.open([server.address]);
  const value = "x".repeat(3_000_000);
  const back = async () => {
    await asked.set("big", value);
    return String(await asked.get("big")) === value;
  };
  const isBack = await Promise.race([back().catch(() => false), pause(2000)]);
  abandon(asked);
  return isBack === true ? "comes back" : "cannot be stored";
}

async function fifthServer(client: AskedClient): Promise<string> {
  if (!client.manyServers) return NONE;
  await using stack = new AsyncDisposableStack();
  const servers: Memcached[] = [];
  for (let i = 0; i < 5; i++) servers.push(stack.use(await startMemcached()));
  const addresses = servers.map(({ address }) => address);
  const keys = Array.from({ length: 500 }, (_, i) => `key${i}`);
  const four = client.open(addresses.slice(0, 4));
  for (const key of keys) await four.set(key, key);
  const five = client.open(addresses);
  let lost = 0;
  for (const key of keys) if (await five.get(key) === undefined) lost++;
  abandon(four);
  abandon(five);
  return lost < keys.length / 2 ? "less than half" : "more than half";
}

async function tls(client: AskedClient): Promise<string> {
  if (!client.tls) return "no";
  await using authority = await Authority.create();
  await using stranger = await Authority.create();
  const { certPath, keyPath } = await authority.issue();
  const certificate = ["-o", `ssl_chain_cert=${certPath},ssl_key=${keyPath}`];
  await using server = await startMemcached({ args: ["-Z", ...certificate] });
  const answers: unknown[] = [];
  for (const { certificate } of [authority, stranger]) {
    const asked = client.open(
      [server.address.replace("127.0.0.1", "localhost")],
      certificate.cert,
    );
    const call = async () => {
      await asked.set("key", "value");
      return await asked.get("key");
    };
    answers.push(await Promise.race([textOf(call()), pause(2000)]));
    abandon(asked);
  }
  return equal(answers, ["value", undefined]) ? "yes" : "no";
}

function typed(client: AskedClient): Promise<string> {
  return Promise.resolve(
    client.typed === undefined ? NONE : client.typed ? "yes" : "no",
  );
}

/** What a call gives: a word for it. */
async function outcome(call: Promise<unknown>): Promise<string> {
  const word = call.then(
    (value) => value === undefined ? "a miss" : "a value",
    () => "an error",
  );
  return await Promise.race([
    word,
    pause(PATIENCE).then(() => `nothing for ${PATIENCE / 1000} s`),
  ]);
}

/** What a call gives, as a text; `undefined` for a miss and for an error. */
async function textOf(call: Promise<unknown>): Promise<string | undefined> {
  const value = await call.catch(() => undefined);
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value as string;
}

async function settled(call: Promise<unknown>): Promise<boolean> {
  await call.catch(() => {});
  return true;
}

/** Closes a client that may be in trouble: nobody waits for it, and the process ends soon. */
function abandon(asked: Asked): void {
  Promise.try(() => asked.close()).catch(() => {});
}

function pause(milliseconds: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds));
}
