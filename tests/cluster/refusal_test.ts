/** What becomes of the commands on a connection that a refusal ended. */

import { assertEquals } from "@std/assert";
import { hit, incr, loneGet, set, setMany, summaries } from "../support/issued.ts";
import { ClusterRig } from "./rig.ts";

Deno.test("Server asks the gets again that stood behind one which the server refused", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const issued = [loneGet("a"), loneGet("b"), incr("c"), loneGet("d")];
  await rig.submit(...issued);
  await rig.reply("CLIENT_ERROR bad command line format\r\n\r\n");
  assertEquals(rig.transport.written, "get b\r\nget d\r\n");
  await rig.reply(hit("b", "1") + hit("d", "2"));
  assertEquals(summaries(issued), [
    "ReplyError, sent maybe",
    "1",
    "ConnectionError, sent maybe",
    "2",
  ]);
});

Deno.test("Server fails all commands as not sent when it asks for user and password", async () => {
  await using rig = new ClusterRig();
  rig.dialler.open();
  const [issued, batch] = [[loneGet("a"), incr("b"), set("c")], setMany(["d", "e"])];
  await rig.submit(...issued, batch);
  await rig.reply("CLIENT_ERROR unauthenticated\r\n");
  assertEquals(summaries(issued), Array(3).fill("ReplyError, sent no"));
  assertEquals(batch.outcome.value?.failed, [0, 1]);
  assertEquals(batch.outcome.value?.errors.map(({ sent }) => sent), ["no"]);
  assertEquals(rig.dialler.dials.length, 1);
  assertEquals(rig.server.dead, false);
});
