/** Which way to compress is faster, node:zlib or the streams of the platform, for values of 1 kB to 1 MB. */
import { compress, inflate } from "../../src/codec/compression.ts";

const INFLATE_LIMIT = 64 * 1024 * 1024;

for (
  const [size, length] of [["1 kB", 1e3], ["10 kB", 1e4], ["100 kB", 1e5], [
    "1 MB",
    1e6,
  ]] as const
) {
  const data = jsonOf(length);
  const stream = compress(data);
  Deno.bench(
    `compress, ${size}`,
    { group: `compress ${size}`, baseline: true },
    () => {
      compress(data);
    },
  );
  Deno.bench(
    `CompressionStream, ${size}`,
    { group: `compress ${size}` },
    async () => {
      await through(data, new CompressionStream("deflate"));
    },
  );
  Deno.bench(
    `inflate, ${size}`,
    { group: `inflate ${size}`, baseline: true },
    () => {
      inflate(stream, INFLATE_LIMIT);
    },
  );
  Deno.bench(
    `DecompressionStream, ${size}`,
    { group: `inflate ${size}` },
    async () => {
      await through(stream, new DecompressionStream("deflate"));
    },
  );
}

/** The cheapest use of a stream: no Blob, no Response, and the pieces are not even joined. */
async function through(
  data: Uint8Array,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array[]> {
  const writer = stream.writable.getWriter();
  const written = writer.write(new Uint8Array(data)).then(() => writer.close());
  const pieces: Uint8Array[] = [];
  for await (const piece of stream.readable) pieces.push(piece);
  await written;
  return pieces;
}

function jsonOf(length: number): Uint8Array {
  let text = "";
  for (let i = 0; text.length < length; i++) {
    text += `{"id":${i},"name":"name ${i * 7919 % 1000}","value":${Math.sin(i)}},`;
  }
  return new TextEncoder().encode(text.slice(0, length));
}
