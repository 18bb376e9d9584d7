import { assertEquals, assertMatch } from "@std/assert";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Wire } from "../support/wire.ts";

/** All meta commands once, and what shows that a server is new. */
const SENT = "mn\r\nmg a\r\nmg a O1 k v\r\nmd a\r\nma a\r\nme a\r\n mn\r\n\r\n";
const AS_1_6_18 = "MN\r\nEN\r\nEN O1 ka\r\nNF\r\nNF\r\nEN\r\nMN\r\nERROR\r\n";
const AS_1_6_45 = AS_1_6_18.replace("MN\r\nERROR", "ERROR\r\nCLIENT_ERROR bad command line format");

for (const version of ["1.4.39", "1.5.0 DF", "1.6.9"]) {
  Deno.test(`MemcachedServer as ${version} knows no meta commands, and the classic ones`, async () => {
    assertEquals(await answerOf(version, SENT), "ERROR\r\n".repeat(8));
    assertEquals(
      await answerOf(version, "set a 0 0 1\r\n1\r\nincr a 1\r\nversion\r\n"),
      `STORED\r\n2\r\nVERSION ${version}\r\n`,
    );
  });
}

Deno.test("MemcachedServer as 1.6.12 wants flags of mg, and repeats nothing of a miss", async () => {
  const answer = "CLIENT_ERROR bad command line format\r\nEN\r\n";
  assertEquals(await answerOf("1.6.12", SENT), AS_1_6_18.replace("EN\r\nEN O1 ka\r\n", answer));
});

for (const version of ["1.6.18", "1.6.38", "unknown", "1.6", "v1.6.45"]) {
  Deno.test(`MemcachedServer as ${version} splits lines as 1.6.18 does`, async () => {
    assertEquals(await answerOf(version, SENT), AS_1_6_18);
  });
}

for (const version of ["1.6.40", "1.6.45", "1.6.45-rc1", "1.6.99", "1.7.0", "2.0.0"]) {
  Deno.test(`MemcachedServer as ${version} splits lines as 1.6.45 does`, async () => {
    assertEquals(await answerOf(version, SENT), AS_1_6_45);
  });
}

Deno.test("MemcachedServer counts meta commands that it carried out, not those that it refused", async () => {
  await using server = await MemcachedServer.start();
  await ask(
    server,
    "mg a N30 q\r\nms a 1 z\r\n1\r\nms a 1 q\r\n1\r\nma a\r\nmd a q\r\nmd\r\nmn\r\n",
  );
  assertEquals(Object.fromEntries(server.commands), { mg: 1, ms: 1, ma: 1, md: 1, mn: 1 });
});

Deno.test("MemcachedServer takes times of meta commands from its clock", async () => {
  await using server = await MemcachedServer.start();
  // A second of the machine's own may pass as well, between any two lines.
  assertMatch(
    await ask(server, "mg a N300 t\r\nms b 1 T1000\r\n1\r\n"),
    /^HD t(300|299) W\r\nHD\r\n$/,
  );
  server.advance(290);
  assertMatch(
    await ask(server, "mg a t\r\nmg b t l R500\r\n"),
    /^HD t(10|[89]) Z\r\nHD t7(10|0[89]) l29[012]\r\n$/,
  );
  server.advance(220);
  assertMatch(await ask(server, "mg a\r\nmg b t R500\r\n"), /^EN\r\nHD t4(90|8[789]) W\r\n$/);
});

async function answerOf(version: string, sent: string): Promise<string> {
  await using server = await MemcachedServer.start({ version });
  return await ask(server, sent);
}

async function ask(server: MemcachedServer, sent: string): Promise<string> {
  using wire = await Wire.connect(server.address);
  await wire.send(sent);
  await wire.finish();
  return await wire.toEnd();
}
