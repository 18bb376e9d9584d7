/** The one call of `@std/crypto` that this project makes, on `node:crypto`, for machines without JSR. */
import { createHash } from "node:crypto";

export const crypto = {
  subtle: {
    digestSync(algorithm: "MD5" | "SHA-256", data: Uint8Array<ArrayBuffer>): ArrayBuffer {
      const digest = createHash(algorithm.replace("-", "")).update(data).digest();
      return digest.buffer.slice(
        digest.byteOffset,
        digest.byteOffset + digest.byteLength,
      ) as ArrayBuffer;
    },
  },
};
