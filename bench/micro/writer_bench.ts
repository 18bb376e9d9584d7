/** What it costs to write requests: one and many, keys of ASCII and not, text and bytes, beside the platform's own. */
import { PartReceiver } from "../../src/commands/receiver.ts";
import type { Encoded } from "../../src/codec/codec.ts";
import type { BatchResult } from "../../src/commands/batch.ts";
import { StorageBatch } from "../../src/commands/storage.ts";
import { wireKey } from "../../src/key.ts";
import { RequestWriter } from "../../src/protocol/request_writer.ts";

class Nobody extends PartReceiver<BatchResult> {
  override readonly settled = false;
  override resolve(): void {}
  override reject(): void {}
  override rejectMisuse(): void {}
  override expectParts(): void {}
}

const nobody = new Nobody();
const writer = new RequestWriter();
const encoder = new TextEncoder();
const target = new Uint8Array(256 * 1024);

function write(keys: readonly string[], items: readonly Encoded[]): void {
  new StorageBatch("set", { keys }, [0, keys.length], items, {
    exptime: 0,
    noreply: false,
  }, nobody)
    .write(writer);
  writer.handOut();
  writer.recycle();
}

const keys = Array.from({ length: 100 }, (_, i) => `bench:key:${i}`);
const wideKeys = keys.map((key) => wireKey(`${key}é`));

for (
  const [name, bytes] of [["10 B", 10], ["100 B", 100], [
    "1 KiB",
    1024,
  ]] as const
) {
  const group = `100 sets of ${name}`;
  const texts = keys.map((key) => key.padEnd(bytes, "abcdefghij"));
  const wide = texts.map((text) => `${text.slice(0, -2)}é`);
  const whole = keys.map((key, i) => `set ${key} 0 0 ${bytes}\r\n${texts[i]}\r\n`).join("");
  Deno.bench(
    `encodeInto of the whole request, built before, ${name}`,
    { group, baseline: true },
    () => {
      encoder.encodeInto(whole, target);
    },
  );
  for (
    const [what, data] of [
      ["ASCII text", texts],
      ["other text", wide],
      ["bytes", texts.map((text) => encoder.encode(text))],
    ] as const
  ) {
    const items = data.map((data) => ({ data, flags: 0 }));
    Deno.bench(`${what}, ${name}`, { group }, () => write(keys, items));
    if (what === "ASCII text") {
      Deno.bench(
        `${what}, keys not ASCII, ${name}`,
        { group },
        () => write(wideKeys, items),
      );
    }
  }
}
