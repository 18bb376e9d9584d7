/**
 * The four functions that turn a key into a number on the ring, as libmc has them: 32 bits, unsigned, used whole. Their
 * input is a wire key, a string whose char codes are the bytes sent, prefix included.
 */
import { crc32 } from "./crc32.ts";
import { fnv1, fnv1a } from "./fnv.ts";
import { md5 } from "./md5.ts";

/**
 * Name of a hash of keys, as libmc has them. All clients of a cluster must use the same one.
 *
 * @example Another hash, another server
 * ```ts
 * import { Client, type HashFn } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const servers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
 * async function ownerBy(hashFn: HashFn): Promise<string> {
 *   await using client = new Client(servers, { hashFn });
 *   return client.getHostByKey("user:1");
 * }
 * assertEquals(await ownerBy("md5"), "10.0.0.2:11211");
 * assertEquals(await ownerBy("crc_32"), "10.0.0.3:11211");
 * ```
 */
export type HashFn = "md5" | "fnv1_32" | "fnv1a_32" | "crc_32";

/** Turns a wire key into an unsigned number of 32 bits. */
export type KeyHash = (wireKey: string) => number;

/** The key hashes by name. */
export const KEY_HASHES: Readonly<Record<HashFn, KeyHash>> = Object.freeze({
  md5,
  fnv1_32: fnv1,
  fnv1a_32: fnv1a,
  crc_32: crc32,
});
