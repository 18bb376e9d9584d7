/**
 * The functions that turn a key into a number, each an unsigned number of 32 bits: the four that libmc has, and those of
 * other clients, which are not the same where they have the same name. Their input is a wire key, a string whose char
 * codes are the bytes sent.
 */
import { crc32 } from "./crc32.ts";
import { fnv1, fnv1a } from "./fnv.ts";
import { md5 } from "./md5.ts";
import { oneAtATime } from "./one_at_a_time.ts";
import { signedFnv1, signedFnv1a, signedFnv1aOf64, signedFnv1Of64 } from "./signed_fnv.ts";

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

/**
 * Name of a hash of keys, as libmemcached and the clients that are made of it have them. All clients of a cluster must use
 * the same one.
 *
 * | name | is called elsewhere |
 * | --- | --- |
 * | `one_at_a_time` | libmemcached's, pylibmc's and php-memcached's default; `Memcached::HASH_DEFAULT` |
 * | `md5` | its first four bytes, little-endian |
 * | `crc` | libmemcached's `crc`, 15 bits of a CRC-32; `crc32` in twemproxy, `Memcached::HASH_CRC` |
 * | `crc32` | the whole CRC-32: gomemcache; `crc32a` in twemproxy |
 * | `fnv1_32`, `fnv1a_32`, `fnv1_64`, `fnv1a_64` | the same in libmemcached and twemproxy. Bytes have a sign there, so keys that are not ASCII have other hashes than the published ones |
 *
 * @example twemproxy's default
 * ```ts
 * import { Client, type HashName } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const hash: HashName = "fnv1a_64";
 * await using client = new Client(["10.0.0.1", "10.0.0.2", "10.0.0.3"], {
 *   distribution: "ketama_weighted",
 *   hash,
 * });
 * assertEquals(client.getHostByKey("user:1"), "10.0.0.3:11211");
 * ```
 */
export type HashName =
  | ("one_at_a_time" | "md5" | "crc" | "crc32")
  | ("fnv1_32" | "fnv1a_32" | "fnv1_64" | "fnv1a_64");

/** Turns a wire key into an unsigned number of 32 bits. */
export type KeyHash = (wireKey: string) => number;

/** The hashes that libmc has by name. */
export const KEY_HASHES: Readonly<Record<HashFn, KeyHash>> = Object.freeze({
  md5,
  fnv1_32: fnv1,
  fnv1a_32: fnv1a,
  crc_32: crc32,
});

/** The hashes of the other clients by name. */
export const HASHES: Readonly<Record<HashName, KeyHash>> = Object.freeze({
  one_at_a_time: oneAtATime,
  md5,
  crc: (wireKey: string) => crc32(wireKey) >>> 16 & 0x7fff,
  crc32,
  fnv1_32: signedFnv1,
  fnv1a_32: signedFnv1a,
  fnv1_64: signedFnv1Of64,
  fnv1a_64: signedFnv1aOf64,
});
