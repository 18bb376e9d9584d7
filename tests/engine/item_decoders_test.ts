/** Clients that decode alike have the same decoders; others must not. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Codec, CodecError, jsCodec } from "@libmc/libmc";
import { Manifest } from "../../src/codec/chunks.ts";
import { decodersOf } from "../../src/engine/item_decoders.ts";
import { readClientOptions, settingsOf } from "../../src/engine/options.ts";
import { ItemView } from "../../src/protocol/item_view.ts";
import { bytesOf } from "../support/wire.ts";

Deno.test("decodersOf() gives clients with the same settings the same decoders", () => {
  const first = decodersFor({});
  assert(decodersFor({ prefix: "another:" }) === first);
  assert(decodersFor({ codec: { ...jsCodec } }) !== first);
  assert(decodersFor({ inflateBudget: { bytes: 1000 } }) !== first);
});

Deno.test("decodersOf() keeps clients apart that treat split values differently, in any order", () => {
  for (const doSplit of [true, false, false, true, false]) {
    const decode = () => decodersFor({ doSplit }).value().decode(manifest());
    if (doSplit) assert(decode() instanceof Manifest);
    else assertThrows(decode, CodecError, "only a client with doSplit reads it");
  }
});

Deno.test("decodersOf() looks anew whether a codec has libmc's flags", () => {
  const codec = { ...jsCodec, decode: () => "all flags are mine", libmcFlags: true };
  assert(decodersFor({ codec }).value().decode(manifest()) instanceof Manifest);
  const changed: Codec = Object.assign(codec, { libmcFlags: false });
  assertEquals(decodersFor({ codec: changed }).value().decode(manifest()), "all flags are mine");
});

function decodersFor(options: Parameters<typeof readClientOptions>[0]) {
  return decodersOf(settingsOf(readClientOptions(options)));
}

/** The first item of a value in two chunks. */
function manifest(): ItemView {
  const item = new ItemView();
  item.header = item.data = bytesOf("2");
  item.keyStart = item.keyEnd = item.dataStart = 0;
  item.dataEnd = 1;
  item.flags = 4096;
  return item;
}
