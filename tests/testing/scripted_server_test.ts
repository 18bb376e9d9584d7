import { Client } from "@libmc/libmc";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type ScriptedExchange,
  ScriptedServer,
  type ScriptedServerOptions,
  type ScriptStep,
} from "@libmc/libmc/testing";
import { textOf, Wire } from "../support/wire.ts";

Deno.test("ScriptedServer answers the n-th read with the n-th part, whichever connection it is", async () => {
  await using server = await ScriptedServer.start({
    script: [["one\r\n"], ["two\r\n"], ["three\r\n"]],
  });
  using first = await Wire.connect(server.address);
  using second = await Wire.connect(server.address);
  assertEquals(await ask(first, "a"), "one\r\n");
  assertEquals(await ask(second, "b"), "two\r\n");
  assertEquals(server.left, 1);
  assertEquals(await ask(first, "c"), "three\r\n");
  assertEquals(server.connections.map(({ received }) => textOf(received)), ["ac", "b"]);
});

Deno.test("ScriptedServer waits and closes as told, and says who closed", async () => {
  await using server = await ScriptedServer.start({
    script: [["VALUE", { wait: 20 }, new Uint8Array([0, 255]), { close: true }, "never"]],
  });
  using wire = await Wire.connect(server.address);
  const start = performance.now();
  await wire.send("get a\r\n");
  assertEquals(await wire.toEnd(), "VALUE\0\xff");
  assert(performance.now() - start >= 15);
  const [connection] = server.connections;
  await connection.ended;
  assertEquals(connection.closedByClient, false);

  const other = await Wire.connect(server.address);
  await other.send("bye");
  other[Symbol.dispose]();
  while (server.connections.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  await server.connections[1].ended;
  assertEquals(server.connections[1].closedByClient, true);
  assertEquals(textOf(server.connections[1].received), "bye");
});

Deno.test("ScriptedServer notices that the client closed while it waits", async () => {
  await using server = await ScriptedServer.start({ script: [["a", { wait: 60_000 }, "b"]] });
  const wire = await Wire.connect(server.address);
  assertEquals(await ask(wire, "x", "a"), "a");
  wire[Symbol.dispose]();
  await server.connections[0].ended;
  assertEquals(server.connections[0].closedByClient, true);
});

Deno.test("ScriptedServer pairs expected requests with replies, however they are cut or joined", async () => {
  const script: ScriptedExchange[] = [
    { expect: "get a\r\n", reply: ["END\r\n"] },
    { expect: new TextEncoder().encode("version\r\n"), reply: ["VERSION 1\r\n"] },
  ];
  for (
    const pieces of [["get a\r\nversion\r\n"], [..."get a\r\nversion\r\n"], [
      "get a\r\nver",
      "sion\r\n",
    ]]
  ) {
    await using server = await ScriptedServer.start({ script });
    using wire = await Wire.connect(server.address);
    await wire.send(...pieces);
    assertEquals(await wire.until("1\r\n"), "END\r\nVERSION 1\r\n");
    assertEquals([server.left, server.mismatches], [0, []]);
  }
});

Deno.test("ScriptedServer sends the bytes that there are, whatever length an array claims", async () => {
  const lying = (text: string) =>
    Object.defineProperty(new TextEncoder().encode(text), "length", { value: 2 });
  await using server = await ScriptedServer.start({
    script: [{ expect: lying("get a\r\n"), reply: [lying("END\r\n")] }],
  });
  await using client = new Client(server.address, { strict: true });
  assertEquals(await client.get("a"), undefined);
  assertEquals(server.mismatches, []);
});

Deno.test("ScriptedServer closes at what it did not expect, and says what it was", async () => {
  await using server = await ScriptedServer.start({
    script: [{ expect: "get a\r\n", reply: ["END\r\n"] }],
  });
  using wire = await Wire.connect(server.address);
  await wire.send("get b\r\n");
  assertEquals(await wire.toEnd(), "");
  assertEquals(server.mismatches, [`Part 0: expected "get a\\r\\n", found "get b\\r\\n"`]);
  await server.connections[0].ended;
  assertEquals(server.connections[0].closedByClient, false);
});

Deno.test("ScriptedServer.add() answers what is waiting, and what comes", async () => {
  await using server = await ScriptedServer.start();
  using wire = await Wire.connect(server.address);
  await wire.send("a");
  while (server.connections[0]?.received.length !== 1) await new Promise((go) => setTimeout(go, 1));
  server.add(["late\r\n"]);
  assertEquals(await wire.until("\r\n"), "late\r\n");
  server.add({ expect: "bc", reply: ["next\r\n"] });
  assertEquals(await ask(wire, "bc"), "next\r\n");
});

Deno.test("ScriptedServer.stop() waits for nothing that its script wants", async () => {
  const steps: ScriptStep[] = ["a", { wait: 60_000 }, "b"];
  const server = await ScriptedServer.start({ script: [steps] });
  using wire = await Wire.connect(server.address);
  await ask(wire, "x", "a");
  await server.stop();
  await server.stop();
  assertEquals(await wire.toEnd(), "");
});

type Refused = readonly [part: unknown, error: typeof TypeError | typeof RangeError, told: string];

const REFUSED_PARTS: readonly Refused[] = [
  [
    "END\r\n",
    TypeError,
    "options of a part of a script that are not an object: current type is string",
  ],
  [undefined, TypeError, "current type is undefined"],
  [{}, TypeError, 'option "reply" of a part of a script as it must be a list'],
  [{ reply: "END\r\n" }, TypeError, "a list: current type is string"],
  [
    { reply: [], expected: "a" },
    TypeError,
    'option "expected" of a part of a script as there is none',
  ],
  [{ reply: [], expect: 1 }, TypeError, "text or bytes: current type is number"],
  [{ reply: [], expect: "" }, RangeError, "one byte or more: current length is 0"],
  [{ reply: [], expect: new Uint8Array() }, RangeError, "one byte or more: current length is 0"],
  [
    [5],
    TypeError,
    "a step of a script as it must be text, bytes, a wait or a close: current type is number",
  ],
  [["a", null], TypeError, "current type is null"],
  [[{ wait: NaN }], RangeError, "from 0 to 2147483647: current value is NaN"],
  [[{ wait: 3e9 }], RangeError, "current value is 3000000000"],
  [[{ wait: "5" }], TypeError, "a number: current type is string"],
  [[{ wait: 5, close: true }], TypeError, 'option "close" of a step of a script as there is none'],
  [[{ wiat: 5 }], TypeError, 'option "wiat" of a step of a script as there is none'],
  [[{ close: false }], TypeError, "must be true: current value is false"],
  [[{}], TypeError, 'option "close" of a step of a script as it must be true'],
  [{ reply: [{ wait: -1 }] }, RangeError, "current value is -1"],
];

for (const [part, error, told] of REFUSED_PARTS) {
  Deno.test(`ScriptedServer refuses ${Deno.inspect(part)} in its script`, async () => {
    const wrong = part as ScriptedExchange;
    await assertRejects(() => ScriptedServer.start({ script: [["a"], wrong] }), error, told);
    await using server = await ScriptedServer.start();
    assertThrows(() => server.add(wrong), error, told);
    assertEquals(server.left, 0);
  });
}

for (
  const [options, error, told] of [
    [null, TypeError, "options of a ScriptedServer that are not an object: current type is null"],
    [
      { scripts: [] },
      TypeError,
      'option "scripts" of a ScriptedServer as there is none of that name',
    ],
    [{ script: "END" }, TypeError, "a list: current type is string"],
    [{ hostname: 1 }, TypeError, "a string: current type is number"],
    [{ port: 1.5 }, RangeError, "from 0 to 65535: current value is 1.5"],
  ] as const
) {
  Deno.test(`ScriptedServer.start() refuses ${Deno.inspect(options)}`, async () => {
    await assertRejects(
      () => ScriptedServer.start(options as ScriptedServerOptions),
      error,
      told,
    );
  });
}

async function ask(wire: Wire, sent: string, end = "\r\n"): Promise<string> {
  await wire.send(sent);
  return await wire.until(end);
}
