/** `get`, `set`, `delete`, `incr` and `touch`, on captured input and output. */

import { Client, jsonCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli, jsonLines } from "./captured_io.ts";

Deno.test("cli get writes the value of one key, and keys beside the values of several", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  assertEquals(await cli(["set", "a", "hello"], { servers }), {
    code: 0,
    out: "stored\n",
    err: "",
  });
  await cli(["set", "b", '{"list":[1,null]}', "--as", "json"], { servers });
  assertEquals(await cli(["get", "a"], { servers }), { code: 0, out: "hello\n", err: "" });
  assertEquals(await cli(["get", "a", "b", "c"], { servers }), {
    code: 1,
    out: 'a\thello\nb\t{"list":[1,null]}\n',
    err: "c is not there\n",
  });
});

Deno.test("cli get --json writes an object a key, values that JSON does not know included", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.setMulti({ big: 2n ** 70n, bytes: new Uint8Array([0, 255]), text: "x", no: NaN });
  const keys = ["big", "bytes", "text", "no", "absent"];
  const ended = await cli(["--json", "get", ...keys], { servers: [server.address] });
  assertEquals([ended.code, ended.err], [1, ""]);
  assertEquals(jsonLines(ended), [
    { key: "big", hit: true, value: "1180591620717411303424" },
    { key: "bytes", hit: true, value: { base64: "AP8=" } },
    { key: "text", hit: true, value: "x" },
    { key: "no", hit: true, value: "NaN" },
    { key: "absent", hit: false },
  ]);
});

Deno.test("cli get --raw gives back the bytes that set - has read", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 128);
  const ended = await cli(["set", "a", "-", "--as", "bytes"], { servers, stdin: bytes });
  assertEquals(ended.code, 0);
  const { out } = await cli(["get", "--raw", "a"], { servers });
  assertEquals(new TextEncoder().encode(out), bytes);
});

Deno.test("cli set - keeps a line end, and refuses what is not UTF-8 unless it is told to", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  await cli(["set", "a", "-"], { servers, stdin: "line\n" });
  assertEquals((await cli(["get", "a", "--raw"], { servers })).out, "line\n");
  const ended = await cli(["set", "a", "-"], { servers, stdin: new Uint8Array([0xff]) });
  assertEquals([ended.code, ended.err], [
    2,
    "libmc: the value is not UTF-8\nGive --as bytes\n",
  ]);
});

Deno.test("cli set --add and --replace that store nothing end with 1", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  assertEquals((await cli(["set", "a", "1", "--replace"], { servers })).code, 1);
  assertEquals((await cli(["set", "a", "1", "--add"], { servers })).code, 0);
  const again = await cli(["--json", "set", "a", "2", "--add"], { servers });
  assertEquals([again.code, jsonLines(again)], [1, [{ key: "a", stored: false }]]);
});

Deno.test("cli set takes times with units, and flags of one's own", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  await cli(["set", "a", "1", "-e", "15m"], { servers });
  await cli(["set", "b", "1", "-e", "40d", "--flags", "77"], { servers });
  await using client = new Client(server.address);
  assertEquals((await client.getRaw("b"))?.flags, 77);
  server.advance(899);
  assertEquals(await client.get("a"), "1");
  server.advance(1);
  assertEquals(await client.get("a"), undefined);
  assertEquals((await client.getRaw("b"))?.flags, 77);
});

Deno.test("cli incr counts, down too, and begins a counter where it is told to", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  const missed = await cli(["incr", "n"], { servers });
  assertEquals([missed.code, missed.out], [1, ""]);
  assertStringIncludes(missed.err, "--initial begins a counter");
  assertEquals((await cli(["incr", "n", "--initial", "5"], { servers })).out, "5\n");
  assertEquals((await cli(["incr", "n", "3"], { servers })).out, "8\n");
  assertEquals((await cli(["incr", "n", "2", "--down"], { servers })).out, "6\n");
  const most = "18446744073709551615";
  await cli(["set", "n", most], { servers });
  const ended = await cli(["--json", "incr", "n", "0"], { servers });
  assertEquals(jsonLines(ended), [{ key: "n", hit: true, value: most }]);
});

Deno.test("cli touch and delete say what became of each key", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  await cli(["set", "a", "1"], { servers });
  assertEquals(await cli(["touch", "a", "60"], { servers }), {
    code: 0,
    out: "touched\n",
    err: "",
  });
  assertEquals((await cli(["touch", "b", "60"], { servers })).code, 1);
  const { code, out } = await cli(["delete", "a", "b"], { servers });
  assertEquals([code, out], [0, "a is gone\nb is gone\n"]);
  assertEquals(server.items, 0);
});

Deno.test("cli takes the prefix, the codec and the preset as a client does", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  await cli(["--prefix", "p:", "--codec", "json", "set", "a", "text"], { servers });
  await using client = new Client(server.address, { codec: jsonCodec });
  assertEquals(await client.get("p:a"), "text");
  await cli(["--preset", "django", "set", "a", "text"], { servers });
  assertEquals(new TextDecoder().decode((await client.getRaw(":1:a"))?.data), "text");
});

Deno.test("cli shows a terminal no control characters of keys and values", async () => {
  await using server = await MemcachedServer.start();
  const world = { servers: [server.address], isTerminal: true };
  await cli(["set", "a", "\x1b]0;title\x07\nred\u202e"], world);
  const { out } = await cli(["get", "a"], world);
  assertEquals(out, "\\x1b]0;title\\x07\nred\\u202e\n");
  assertEquals(
    (await cli(["get", "a"], { ...world, isTerminal: false })).out,
    "\x1b]0;title\x07\nred\u202e\n",
  );
});

Deno.test("cli get says of which key its codec cannot read the value, and blames no server", async () => {
  await using server = await MemcachedServer.start();
  const servers = [server.address];
  await cli(["set", "odd", "x", "--flags", "4"], { servers });
  await cli(["set", "fine", "hello"], { servers });
  const { code, out, err } = await cli(["get", "odd", "fine"], { servers });
  assertEquals([code, out], [2, "fine\thello\n"]);
  assertStringIncludes(err, "The value of odd is not what the codec reads");
  assertStringIncludes(err, "get --raw");
  assertEquals((await cli(["get", "--raw", "odd"], { servers })).out, "x");
});
