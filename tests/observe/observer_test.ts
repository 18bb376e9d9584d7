import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  type CallEnd,
  Client,
  type Happening,
  type ObservedCall,
  type Observer,
  ReplyError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";

/** Writes down all that it hears. */
class Notes implements Observer {
  readonly calls: string[] = [];
  readonly attempts: string[] = [];
  readonly happenings: Happening[] = [];
  #number = 0;

  begin(verb: string, keys: readonly string[]): number {
    this.calls.push(`${++this.#number} ${verb}(${keys.join()})`);
    return this.#number;
  }

  end(token: unknown, { value, error }: CallEnd): void {
    const shown = value instanceof Map ? `Map ${value.size}` : JSON.stringify(value);
    this.calls.push(`${token} ${shown}${error instanceof Error ? ` ${error.name}` : ""}`);
  }

  attempt(_server: string, command: string, milliseconds: number, error?: Error): void {
    assert(milliseconds >= 0);
    this.attempts.push(error === undefined ? command : `${command} ${error.name}`);
  }

  happened(happening: Happening): void {
    this.happenings.push(happening);
  }
}

Deno.test("Observer hears when a call begins and how it ends, once", async () => {
  await using server = await MemcachedServer.start();
  const observer = new Notes();
  await using client = new Client(server.address, { observer, prefix: "p:" });
  await client.set("a", "x");
  await client.get("a");
  await client.getMulti(["a", "b"]);
  await client.incr("a");
  await client.setMulti({ c: 1, d: 2 });
  await client.version();
  await client.setStream("e", new Blob(["x"]).stream());
  assertEquals(observer.calls, [
    "1 set(a)",
    "1 true",
    "2 get(a)",
    '2 "x"',
    "3 getMulti(a,b)",
    "3 Map 1",
    "4 incr(a)",
    "4 undefined ReplyError",
    "5 setMulti(c,d)",
    '5 {"ok":true,"failed":[]}',
    "6 version()",
    "6 Map 1",
    "7 setStream(e)",
    "7 true",
  ]);
});

Deno.test("Observer hears of every command that went to a server, gets of one tick as one", async () => {
  await using server = await MemcachedServer.start();
  const observer = new Notes();
  await using client = new Client(server.address, { observer });
  await client.set("a", "x");
  await Promise.all([client.get("a"), client.get("b")]);
  await client.incr("a");
  await client.delete("a", {});
  assertEquals(observer.attempts, ["set", "get", "incr ReplyError", "delete"]);
});

Deno.test("Observer hears of the commands of a lost connection, and of those without a reply", async () => {
  const observer = new Notes();
  const dialler = new ScriptedDialler().open();
  const options = { observer, connect: dialler.connect };
  await using client = new Client("one", options);
  await using blind = new Client("one", { ...options, noreply: true });
  const calls = [client.incr("a"), client.incr("b")];
  await turn();
  dialler.transport.failRead();
  await Promise.all(calls);
  await blind.set("a", 1);
  assertEquals(observer.attempts, ["incr ConnectionError", "incr ConnectionError", "set"]);
});

Deno.test("Observer hears of wrong use and aborts only where the call had begun", async () => {
  const observer = new Notes();
  const dialler = new ScriptedDialler();
  await using client = new Client("one", { observer, connect: dialler.connect });
  await assertRejects(() => client.get("a b"), TypeError);
  await assertRejects(() => client.get("a", { strikt: true } as never), TypeError);
  assertEquals(observer.calls, []);
  const controller = new AbortController();
  const call = client.get("a", { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => call, Error, "enough");
  assertEquals(observer.calls, ["1 get(a)", "1 undefined Error"]);
});

Deno.test("Observer hears what happens to servers, and of failures with their method", async () => {
  const observer = new Notes();
  const dialler = new ScriptedDialler().refuse();
  await using client = new Client("one", { observer, connect: dialler.connect });
  await client.getMulti(["a"]);
  const told = observer.happenings.map(({ what, server, verb }) => [what, server?.name, verb]);
  assertEquals(told, [
    ["failedDial", "one:11211", undefined],
    ["failure", "one:11211", "getMulti"],
    ["dead", "one:11211", undefined],
  ]);
});

Deno.test("Observer that throws disturbs no call", async () => {
  await using server = await MemcachedServer.start();
  const errors: unknown[] = [];
  const onError = (event: ErrorEvent) => {
    event.preventDefault();
    errors.push(event.error.message);
  };
  globalThis.addEventListener("error", onError);
  const fail = () => {
    throw new Error("observer");
  };
  try {
    const observer = { begin: fail, end: fail, attempt: fail, happened: fail };
    await using client = new Client(server.address, { observer });
    assertEquals(await client.set("a", 1), true);
    assertEquals(await client.get("a"), 1);
    await turn();
  } finally {
    globalThis.removeEventListener("error", onError);
  }
  assert(errors.length >= 6, String(errors.length));
  assertEquals(new Set(errors), new Set(["observer"]));
});

Deno.test("Client() throws for an observer that cannot be one", () => {
  for (const observer of [null, 5, () => {}, { begin: 5 }, { happened: "x" }]) {
    assertThrows(() => new Client("one", { observer: observer as never }), TypeError, "observer");
  }
});

Deno.test("Client tells the method of a failure by its event", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const verbs: (string | undefined)[] = [];
  client.addEventListener("failure", ({ verb, error }) => {
    assertInstanceOf(error, ReplyError);
    verbs.push(verb);
  });
  await client.set("a", "x");
  await client.incr("a");
  await client.decr("a", 5n);
  assertEquals(verbs, ["incr", "decr"]);
});

/** Lets the event loop turn. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("Observer can ask where a call goes: to one server, or to several", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const asked: string[] = [];
  const observer: Observer = {
    begin: (verb, keys, call) => asked.push(`${verb}(${keys.length}) ${call.server?.name}`),
  };
  const servers = [`${one.address} one`, `${two.address} two`];
  await using client = new Client(servers, { observer, prefix: "p:", allowFlushAll: true });
  const keysOf = (name: string) =>
    Array.from({ length: 50 }, (_, i) => `k${i}`).filter((key) =>
      client.getHostByKey(key) === name
    );
  const [here, there] = [keysOf("one"), keysOf("two")];
  await client.set(there[0], 1);
  await client.getMulti(here);
  await client.getMulti([here[0], there[0]]);
  await client.getMulti([]);
  await client.get(here[0], { routeBy: there[0] });
  await client.getMulti([here[0], there[0]], { routeBy: here[0] });
  await client.meta.get(there[1]);
  await client.version();
  await client.admin.stats("items", { servers: ["two"] });
  await client.admin.raw("one", "version");
  assertEquals(asked, [
    "set(1) two",
    `getMulti(${here.length}) one`,
    "getMulti(2) undefined",
    "getMulti(0) undefined",
    "get(1) two",
    "getMulti(2) one",
    "meta.get(1) two",
    "version(0) undefined",
    "admin.stats(0) two",
    "admin.raw(0) one",
  ]);
});

Deno.test("Observer is told the server that stands in, once it does", async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  const names: (string | undefined)[] = [];
  const observer: Observer = {
    begin: (_verb, _keys, call) => call,
    end: (call) => names.push((call as ObservedCall).server?.name),
  };
  const servers = [`${one.address} one`, `${two.address} two`];
  await using client = new Client(servers, { observer, failover: true });
  const owner = client.getHostByKey("k") as string;
  await client.get("k");
  await (owner === "one" ? one : two).stop();
  await client.get("k");
  assertEquals(names, [owner, owner === "one" ? "two" : "one"]);
});

Deno.test("Observer is told no server where the value was kept near, or the servers are not known", async () => {
  await using server = await MemcachedServer.start();
  const names: (string | undefined)[] = [];
  const observer: Observer = {
    begin: (_verb, _keys, call) => names.push(call.server?.name),
  };
  const nearCache = { maxBytes: 1000, maxAge: 60_000 };
  await using client = new Client(server.address, { observer, nearCache });
  await client.set("k", 1);
  await client.get("k");
  await client.get("k");
  await client.getMulti(["k"]);
  await client.get("k", { routeBy: "r" });
  assertEquals(names, [server.address, server.address, undefined, undefined, server.address]);
  names.length = 0;
  await using found = new Client(() => [server.address], { observer });
  await found.get("k");
  await found.get("k");
  assertEquals(names, [undefined, server.address]);
});

Deno.test("Observer runs the loader of getOrSet() and the change of update() within their calls", async () => {
  await using server = await MemcachedServer.start();
  let inside: unknown;
  const observer: Observer = {
    begin: (verb) => verb,
    within(token, run) {
      inside = token;
      run();
      inside = undefined;
    },
  };
  await using client = new Client(server.address, { observer });
  const seen: unknown[] = [];
  const load = () => {
    seen.push(inside);
    return 1;
  };
  await client.getOrSet("a", load, { ttl: 60 });
  await client.getOrSet("a", load, { ttl: 60 });
  await client.getOrSet("b", load, { ttl: 60, forceFresh: true });
  await client.getOrSetMulti(["c", "d"], (keys) => {
    seen.push(inside);
    return keys.map((key) => [key, 1] as const);
  }, { ttl: 60 });
  await client.update<number>("a", (value = 0) => {
    seen.push(inside);
    return value + 1;
  });
  assertEquals(seen, ["getOrSet", "getOrSet", "getOrSetMulti", "update"]);
  assertEquals(await client.get("a"), 2);
});

Deno.test("Observer keeps the context of a call in a namespace until it begins", async () => {
  await using server = await MemcachedServer.start();
  let context = "";
  const begun: string[] = [];
  const observer: Observer = {
    begin: (verb) => begun.push(`${verb} in ${context}`),
    keepContext(run) {
      const kept = context;
      return (argument) => {
        const before = context;
        context = kept;
        try {
          return run(argument);
        } finally {
          context = before;
        }
      };
    },
  };
  await using client = new Client(server.address, { observer });
  const users = client.namespace("users");
  context = "first";
  const first = users.get("a");
  context = "second";
  const second = users.set("b", 1);
  context = "";
  await Promise.all([first, second]);
  assertEquals(begun, ["namespace in first", "get in first", "set in second"]);
});

Deno.test("Observer sees where a server is, where its connections lead, how many they are and how many wait", async () => {
  await using server = await MemcachedServer.start();
  const seen: unknown[] = [];
  let times = 0;
  const observer: Observer = {
    begin(_verb, _keys, call) {
      const { server } = call;
      seen.push([server?.address.port, server?.peer, server?.connections, server?.waiting]);
      return call;
    },
    end(call) {
      const { server } = call as ObservedCall;
      seen.push([server?.connections, server?.waiting, server?.peer?.port]);
    },
    happened({ what, milliseconds }) {
      if (what === "connect" && (milliseconds ?? -1) >= 0) times++;
    },
  };
  await using client = new Client(server.address, { observer });
  await Promise.all([client.get("a"), client.incr("a")]);
  assertEquals(seen, [
    [server.port, undefined, 0, 0],
    [server.port, undefined, 0, 1],
    [1, 0, server.port],
    [1, 0, server.port],
  ]);
  assertEquals(times, 1);
});

Deno.test("Client.observe() tells one more observer of what begins from then on, and of new connections", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.set("a", 1);
  const observer = new Notes();
  const stop = client.observe(observer);
  await client.get("a");
  await client.quit();
  await client.getMulti(["a"]);
  stop();
  await client.get("b");
  assertEquals(observer.calls, ["1 get(a)", "1 1", "2 getMulti(a)", "2 Map 1"]);
  assertEquals(observer.attempts, ["get"]);
  assertThrows(() => client.observe(5 as never), TypeError, "observer");
});
