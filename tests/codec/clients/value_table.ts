/**
 * The table of docs/values.md that says how each codec of another client compares with its original.
 * `deno run tests/codec/clients/value_table.ts` makes it.
 */

import { encodeBase64 } from "@std/encoding";
import { CodecError } from "../../../src/errors.ts";
import { ORIGINALS } from "./our_values.ts";
import { dataOf, type Recorded, RECORDINGS } from "./vectors.ts";

const CODECS: Readonly<Record<string, string>> = {
  pylibmc: "pylibmcCodec",
  pymemcache: "pymemcacheCodec",
  django: "pymemcacheCodec",
  php: "phpCodec",
  dalli: "dalliCodec",
  nodeMemcached: "nodeMemcachedCodec",
  memjs: "memjsCodec",
};

/** Gives the rows as a table. That the values are right is for `originals_test.ts` to say. */
export function valueTable(): string {
  const rows = Object.entries(CODECS).map(([name, codec]) => {
    const { by, written, read } = RECORDINGS[name];
    const refused = written.filter((item) => !isRead(name, item)).length;
    const same = read.filter((item, index) => isStored(name, item, index)).length;
    return `| \`${codec}\` | ${by} | ${written.length - refused} | ${refused} | ${same} |`;
  });
  return [
    "| codec | compared with | its values, read | refused by name | ours, which it reads |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function isRead(name: string, item: Recorded): boolean {
  try {
    ORIGINALS[name].codec.decode(dataOf(item), item.flags);
    return true;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

function isStored(name: string, item: Recorded, index: number): boolean {
  const { codec, ours } = ORIGINALS[name];
  const { data, flags } = codec.encode(ours[index]);
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return flags === item.flags && encodeBase64(bytes) === item.b64;
}

if (import.meta.main) console.log(valueTable());
