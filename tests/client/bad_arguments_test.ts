import { assertEquals, assertThrows } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { REFUSED_CALLS, type RefusedCall } from "./bad_arguments.ts";

Deno.test(`Client rejects ${REFUSED_CALLS.length} wrong calls before it dials, soft and strict`, async () => {
  let dials = 0;
  for (const servers of [["a:1"], ["a:1", "b:1", "c:1"]]) {
    await using client = new Client(servers, {
      doSplit: false,
      allowFlushAll: true,
      connect: () => {
        dials++;
        return Promise.reject(new Error("dialled"));
      },
    });
    const failures: Event[] = [];
    client.addEventListener("failure", (event) => failures.push(event));
    const wrong = await wrongAnswers(client, () => `${dials} dials`);
    assertEquals(wrong, []);
    assertEquals(dials, 0);
    assertEquals(failures.length, 0);
    assertEquals(client.lastError, undefined);
  }
});

Deno.test("Client sends nothing of a wrong call on a connection it has", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, {
    doSplit: false,
    allowFlushAll: true,
    strict: true,
  });
  await client.set("k", "untouched");
  const sent = () => client.counters().get(server.address)!.bytesWritten;
  const before = sent();
  assertEquals(await wrongAnswers(client, () => `${sent()} bytes`), []);
  assertEquals(sent(), before);
  assertEquals(await client.get("k"), "untouched");
  assertEquals(Object.fromEntries(server.commands), { set: 1, get: 1 });
});

Deno.test("Client.getHostByKey() throws for a key that cannot be used", () => {
  const client = new Client("127.0.0.1:1");
  assertThrows(() => client.getHostByKey(""), TypeError, "empty");
  assertThrows(() => client.getHostByKey("a b"), TypeError, '"a b"');
  assertThrows(() => client.getHostByKey("k".repeat(251)), RangeError, "251");
});

Deno.test("Client() throws for server strings that cannot be used", () => {
  const wrong: readonly [unknown, typeof TypeError | typeof RangeError, string][] = [
    [[], RangeError, "empty list"],
    ["", TypeError, '""'],
    [[""], TypeError, '""'],
    ["host:0", RangeError, "1 to 65535: current value is 0"],
    ["host:65536", RangeError, "current value is 65536"],
    ["host:port", TypeError, '"port"'],
    ["::1", TypeError, "brackets"],
    [[5], TypeError, "number"],
    [5, TypeError, ""],
    [undefined, TypeError, ""],
    [null, TypeError, ""],
  ];
  for (const [servers, error, message] of wrong) {
    assertThrows(() => new Client(servers as string), error, message, Deno.inspect(servers));
  }
});

Deno.test("Client() and updateServers() throw for two servers with one name", async () => {
  const wrong = [
    ["a:1", "b:1", "a:1"],
    ["a", "b:1", "a:11211"],
    ["a:1 x", "b:1", "c:1 x"],
    ["/run/a.sock", "b:1", "/run/a.sock"],
  ];
  await using client = new Client(["one:1", "two:1", "three:1"]);
  for (const servers of wrong) {
    const [, , name] = servers;
    assertThrows(() => new Client(servers), TypeError, "numbers 1 and 3 of the list", name);
    const wayOut = name.endsWith(" x") ? "an alias of its own" : "take one of them out";
    assertThrows(() => client.updateServers(servers), TypeError, wayOut, name);
    assertEquals(client.servers, ["one:1", "two:1", "three:1"]);
  }
  await using twice = new Client(["a:1", "a:1 b"]);
  assertEquals(Array.from(twice.counters().keys()), ["a:1", "b"]);
});

Deno.test("Client() and config() throw for options that cannot be used", () => {
  const times = ["pollTimeout", "connectTimeout", "retryTimeout", "timeout"];
  type Wrong = readonly [string, unknown, typeof TypeError | typeof RangeError, string];
  const wrong: readonly Wrong[] = [
    ...times.flatMap((name): Wrong[] => [
      [name, -1, RangeError, "from 0 to 2147483647: current value is -1"],
      [name, 0.5, RangeError, "current value is 0.5"],
      [name, NaN, RangeError, "current value is NaN"],
      [name, Infinity, RangeError, "current value is Infinity"],
      [name, "1", TypeError, "current type is string"],
      [name, null, TypeError, "number"],
    ]),
    ["maxRetries", -1, RangeError, "from 0 to 100: current value is -1"],
    ["failover", "yes", TypeError, "boolean: current type is string"],
    [
      "hashFn",
      "sha1",
      TypeError,
      '"md5", "fnv1_32", "fnv1a_32", "crc_32": current value is "sha1"',
    ],
    ["hashFn", "toString", TypeError, '"toString"'],
  ];
  const fixed: readonly Wrong[] = [
    ["connections", 0, RangeError, "from 1 to 1000: current value is 0"],
    ["maxPending", 0, RangeError, "current value is 0"],
    ["compThreshold", -1, RangeError, "current value is -1"],
    ["itemSizeLimit", 0, RangeError, "current value is 0"],
    ["inflateBudget", 1000, TypeError, "not an object"],
    ["inflateBudget", { bytes: 0 }, RangeError, "current value is 0"],
    ["inflateBudget", { ratio: 0.5 }, RangeError, "current value is 0.5"],
    ["inflateBudget", { memory: -1 }, RangeError, "current value is -1"],
    ["inflateBudget", { elements: 5 }, TypeError, '"elements"'],
    ["doSplit", 1, TypeError, "current type is number"],
    ["noreply", "false", TypeError, "boolean"],
    ["strict", null, TypeError, "boolean"],
    ["prefix", 5, TypeError, "string"],
    ["prefix", "a b", TypeError, '"a b"'],
    ["prefix", "p".repeat(250), RangeError, "< 250 bytes: current size is 250"],
    ["distribution", "Ketama", TypeError, '"jump": current value is "Ketama"'],
    ["distribution", { indexFor: () => 0 }, TypeError, "one of"],
    ["hash", "md4", TypeError, 'current value is "md4"'],
    ["hash", "toString", TypeError, '"toString"'],
    ["hashPrefix", 1, TypeError, "boolean"],
    ["hashTag", "{", TypeError, 'two characters of ASCII: current value is "{"'],
    ["hashTag", "äö", TypeError, "two characters of ASCII"],
    ["hashTag", 5, TypeError, "string"],
    ["codec", "json", TypeError, "object"],
    ["codec", null, TypeError, "object"],
    ["connect", {}, TypeError, "function"],
    ["no_reply", true, TypeError, '"no_reply"'],
    ["toString", 1, TypeError, '"toString"'],
  ];
  const client = new Client("127.0.0.1:1");
  for (const [name, value, error, message] of wrong) {
    const options: ClientOptions = { [name]: value };
    const text = `"${name}"`;
    assertThrows(() => new Client("127.0.0.1:1", options), error, message, text);
    assertThrows(() => client.config(options), error, message, text);
  }
  for (const [name, value, error, message] of fixed) {
    const options: ClientOptions = { [name]: value };
    assertThrows(() => new Client("127.0.0.1:1", options), error, message, `"${name}"`);
    assertThrows(() => client.config(options), Error, "", `"${name}"`);
  }
  for (const options of [null, 5, "strict"]) {
    assertThrows(() => new Client("127.0.0.1:1", options as ClientOptions), TypeError);
  }
});

Deno.test("Client() and config() take an option that is undefined for one not given", async () => {
  await using server = await MemcachedServer.start();
  const names = ["pollTimeout", "connectTimeout", "timeout", "hashFn", "failover", "maxRetries"];
  const options: ClientOptions = Object.fromEntries(names.map((name) => [name, undefined]));
  await using client = new Client([server.address, `${server.address} b`], {
    ...options,
    strict: true,
  });
  const host = client.getHostByKey("a");
  client.config(options);
  assertEquals(client.getHostByKey("a"), host);
  assertEquals(await client.set("a", 1), true);
  assertEquals(await client.getMulti(["a"]), new Map([["a", 1]]));
});

/** Makes all the wrong calls; says which were not refused as they should be. */
async function wrongAnswers(client: Client, sent: () => string): Promise<string[]> {
  const wrong: string[] = [];
  for (const refused of REFUSED_CALLS) {
    for (const strict of [false, true]) {
      const before = sent();
      const fault = await faultOf(refused, client, strict) ??
        (sent() === before ? undefined : `sent something: ${sent()}, not ${before}`);
      if (fault !== undefined) wrong.push(`${refused.name} (strict: ${strict}) ${fault}`);
    }
  }
  return wrong;
}

async function faultOf(
  { call, error, message }: RefusedCall,
  client: Client,
  strict: boolean,
): Promise<string | undefined> {
  let promise: Promise<unknown>;
  try {
    promise = call(client, { strict });
  } catch (thrown) {
    return `threw synchronously: ${thrown}`;
  }
  try {
    return `was not refused, it gave ${Deno.inspect(await promise)}`;
  } catch (reason) {
    if (!(reason instanceof error)) return `rejected with ${reason}`;
    if (!message.test(reason.message)) return `rejected with "${reason.message}", not ${message}`;
    return undefined;
  }
}
