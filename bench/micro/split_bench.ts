/** What it costs to cut a big value into chunks and to put it together again, beside copying it once. */
import { chunkFlags, chunkKeys, cut, join, newMark } from "../../src/codec/chunks.ts";

/** The value's own flags. */
const FLAGS = 0;

for (
  const [name, bytes] of [["1.1 MB", 1_100_000], ["9.9 MB", 9_900_000]] as const
) {
  const group = `a value of ${name}`;
  const value = new Uint8Array(bytes).fill(0x78);
  const mark = newMark(FLAGS);
  const chunks = cut(value).map((data, i, { length }) => ({
    data,
    flags: chunkFlags(mark, FLAGS, i, i === length - 1),
  }));
  Deno.bench(`one copy, ${name}`, { group, baseline: true }, () => {
    value.slice();
  });
  Deno.bench(`cut, ${name}`, { group }, () => {
    cut(value);
  });
  Deno.bench(`keys of the chunks, ${name}`, { group }, () => {
    chunkKeys("bench:key", chunks.length);
  });
  Deno.bench(`join, ${name}`, { group }, () => {
    join(chunks, FLAGS);
  });
}
