/** Connections of one client write from the same buffers: none may touch what another one is sending. */

import { assertEquals } from "@std/assert";
import { RequestBuffers } from "../../src/connection/contract.ts";
import { get, set } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { textOf } from "../support/wire.ts";
import { Rig } from "./rig.ts";

Deno.test("Connection leaves alone what another one has not sent yet", async () => {
  const buffers = new RequestBuffers();
  await using slow = new Rig(new ScriptedTransport({ held: true }), { buffers });
  await using other = new Rig(new ScriptedTransport(), { buffers });
  await slow.submit(set("slow", "s".repeat(500)));
  slow.transport.take(20);
  for (let i = 0; i < 10; i++) {
    await other.submit(set(`other${i}`, "o".repeat(500)));
    await other.reply("STORED\r\n");
  }
  slow.transport.release();
  await slow.reply("STORED\r\n");
  assertEquals(slow.transport.written, `set slow 0 0 500\r\n${"s".repeat(500)}\r\n`);
});

Deno.test("Connection that ends during a write keeps the buffer from the others", async () => {
  const buffers = new RequestBuffers();
  await using lost = new Rig(new KeepingTransport({ held: true }), { buffers });
  await using other = new Rig(new ScriptedTransport(), { buffers });
  await lost.submit(set("lost", "l".repeat(500)));
  const { kept } = lost.transport as KeepingTransport;
  const before = kept?.slice();
  await lost.connection.close();
  for (let i = 0; i < 10; i++) {
    await other.submit(get(`other${i}`));
    await other.reply("END\r\n");
  }
  assertEquals(kept, before);
});

Deno.test("Connection that has ended gives nothing more to a transport that takes a part late", async () => {
  const transport = new LateTransport();
  await using rig = new Rig(transport);
  await rig.submit(set("last", "data"));
  await rig.connection.close();
  transport.took(5);
  await settle();
  assertEquals(transport.offers, ["set last 0 0 4\r\ndata\r\n"]);
});

/** Its writes go on after it was closed. */
class LateTransport extends ScriptedTransport {
  readonly offers: string[] = [];
  took = (_count: number): void => {};

  override write(bytes: Uint8Array): Promise<number> {
    this.offers.push(textOf(bytes));
    return new Promise((resolve) => this.took = resolve);
  }
}

/** Like a transport that goes on sending for a moment after it was closed. */
class KeepingTransport extends ScriptedTransport {
  kept: Uint8Array | undefined;

  override write(bytes: Uint8Array): Promise<number> {
    this.kept = bytes;
    return super.write(bytes);
  }
}
