/** A program that makes a client for each request is told so, once; one that closes them, or loses them, is not. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Client, type ClientOptions, type Servers } from "@libmc/libmc";
import { LiveClients } from "../../src/observe/live_clients.ts";

/** Makes clients one after the other, and gives what the console was told meanwhile, by the number of the client. */
async function toldBy(
  count: number,
  make: (number: number) => Client,
  closes = false,
): Promise<[number: number, text: string][]> {
  const told: [number, string][] = [];
  const clients: Client[] = [];
  const { warn } = console;
  try {
    for (let number = 1; number <= count; number++) {
      console.warn = (text: string) => told.push([number, text]);
      clients.push(make(number));
      if (closes) await clients.at(-1)!.close();
    }
  } finally {
    console.warn = warn;
    await Promise.all(clients.map((client) => client.close()));
  }
  return told;
}

let lists = 0;
/** Servers that no other test has. */
function someServers(): string[] {
  lists++;
  return [`many-${lists}.example`, `many-${lists}.example:11212`];
}

function making(servers: Servers, options?: ClientOptions): () => Client {
  return () => new Client(servers, options);
}

Deno.test("Client says once that 100 clients of the same servers are alive", async () => {
  const servers = someServers();
  const [[number, text], ...more] = await toldBy(250, making(servers));
  assertEquals([number, more], [100, []]);
  assertStringIncludes(text, `100 clients of the same servers (${servers.join(", ")})`);
  assertStringIncludes(text, "Make one client when the program starts");
  assertEquals(await toldBy(250, making(servers)), []);
});

Deno.test("Client says nothing of 99 clients, of closed ones, of other servers, or with warn: false", async () => {
  const servers = someServers();
  assertEquals(await toldBy(99, making(servers)), []);
  assertEquals(await toldBy(99, making(servers)), []);
  assertEquals(await toldBy(300, making(servers), true), []);
  assertEquals(await toldBy(300, making(servers, { warn: false })), []);
  assertEquals(await toldBy(300, (number) => new Client([...servers, `${number}.example`])), []);
  // None of them counts any more.
  const [[number]] = await toldBy(100, making(servers));
  assertEquals(number, 100);
});

Deno.test("Client counts clients whose servers come from a source once they are known", async () => {
  const servers = someServers();
  const clients: Client[] = [];
  const told: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => told.push(text);
  try {
    for (let i = 0; i < 100; i++) {
      const connect = () => Promise.reject(new Error("Nobody is there"));
      clients.push(new Client(() => Promise.resolve(servers), { connect }));
    }
    assertEquals(told, []);
    await Promise.all(clients.map((client) => client.get("key")));
  } finally {
    console.warn = warn;
    await Promise.all(clients.map((client) => client.close()));
  }
  assertEquals(told.filter((text) => text.includes("100 clients")).length, 1);
});

Deno.test("LiveClients does not count clients that are gone, and keeps none alive", () => {
  const told: string[] = [];
  const gone = new Set<number>();
  let made = 0;
  const alive = new LiveClients((text) => told.push(text), (client) => {
    const number = made++;
    return { deref: () => gone.has(number) ? undefined : client };
  });
  const add = (count: number) => {
    for (let i = 0; i < count; i++) alive.add(["a"], {});
  };
  add(99);
  for (let i = 0; i < 50; i++) gone.add(i);
  add(50);
  assertEquals(told, []);
  add(1);
  assertEquals(told.length, 1);
  add(1000);
  assertEquals(told.length, 1);
  assert(made <= 151, "it goes on counting");
});

Deno.test("LiveClients keeps nothing of clients that are closed, and shortens a long list", () => {
  const told: string[] = [];
  const alive = new LiveClients((text) => told.push(text));
  const servers = Array.from({ length: 50 }, (_, i) => `server-${i}.example`);
  for (let i = 0; i < 1000; i++) alive.add(servers, {})?.();
  assertEquals(told, []);
  for (let i = 0; i < 100; i++) alive.add(servers, {});
  assert(told[0].length < 600, told[0]);
});
