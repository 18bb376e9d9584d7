/**
 * Whole set-ups of other clients: what a client of this package needs to find their keys. They are marked as pure, so that
 * a bundle of a program without them leaves them out, and with them the codecs: 328 kB, minified, and not 340.
 */

import { dalliCodec } from "../codec/clients/dalli_codec.ts";
import { nodeMemcachedCodec } from "../codec/clients/node_memcached_codec.ts";
import { phpCodec } from "../codec/clients/php_codec.ts";
import { pylibmcCodec } from "../codec/clients/pylibmc_codec.ts";
import { pymemcacheCodec } from "../codec/clients/pymemcache_codec.ts";
import { jsCodec } from "../codec/js_codec.ts";
import { libmcCodec } from "../codec/libmc_codec.ts";
import type { ClientOptions } from "./options.ts";

/**
 * The part of a client's options that a preset has.
 *
 * @example One's own, made of another
 * ```ts
 * import { Client, type Preset, presets } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const ours: Preset = { ...presets.php, distribution: "ketama_weighted" };
 * await using client = new Client(["10.0.0.1", "10.0.0.2"], ours);
 * assertEquals(client.getHostByKey("user:1"), "10.0.0.2:11211");
 * ```
 */
export type Preset = Readonly<
  Pick<ClientOptions, "codec" | "distribution" | "hash" | "hashPrefix" | "prefix">
>;

/**
 * Name of a preset.
 *
 * @example Chosen by a setting
 * ```ts
 * import { Client, type PresetName, presets } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const name: PresetName = "gomemcache";
 * await using client = new Client(["10.0.0.1", "10.0.0.2"], presets[name]);
 * assertEquals(client.getHostByKey("user:1"), "10.0.0.1:11211");
 * ```
 */
export type PresetName =
  | ("libmc" | "pylibmc" | "php" | "django" | "rails")
  | ("nodeMemcached" | "spymemcached" | "twemproxy" | "gomemcache");

/**
 * Set-ups by the client that the others of a cluster use: distribution, hash, which name is hashed for a server, what
 * becomes of the prefix, and the codec that shares values with it (`jsCodec` where that client leaves bytes to its
 * callers, and for Java). They are options, to be spread among those of a client; what stands behind a preset takes the
 * place of what it says. Each says what that client does unless it is told otherwise:
 *
 * | preset | distribution | if the other client was told otherwise |
 * | --- | --- | --- |
 * | `libmc` | `libmc`, hash MD5, `libmcCodec` | its `hash_fn` is the option `hashFn` |
 * | `pylibmc` | `modulo`, `pylibmcCodec` | behaviors `ketama`: `distribution: "ketama"`; `ketama_weighted`: `distribution: "ketama_weighted"`; `hash`: `hash` |
 * | `php` | `modulo`, `phpCodec` | `OPT_LIBKETAMA_COMPATIBLE`: `distribution: "ketama_weighted"`; `DISTRIBUTION_CONSISTENT`: `"ketama"`; `OPT_HASH`: `hash`; `OPT_PREFIX_KEY`: `prefix` |
 * | `django` | `rendezvous`, `pymemcacheCodec`, with `PyMemcacheCache` and the prefix `":1:"` of its keys | `KEY_PREFIX` and `VERSION`: `` prefix: `${KEY_PREFIX}:${VERSION}:` ``; `PyLibMCCache`: `...presets.pylibmc`, with that prefix and `hashPrefix: true` |
 * | `rails` | `dalli`, `dalliCodec` | `namespace`: `` prefix: `${namespace}:` `` |
 * | `nodeMemcached` | `hashring`, `nodeMemcachedCodec` | `namespace`: `prefix` |
 * | `spymemcached` | `spymemcached`, with `KetamaConnectionFactory`; a server named by a host name needs the alias `host/ip:port` | |
 * | `twemproxy` | `ketama_weighted` with `fnv1a_64` | `distribution: modula`: `"modulo"`, servers sorted by the length of their names, then by letters; `hash`: `hash`, where its `crc32` is `crc` and its `crc32a` is `crc32`; `hash_tag`: `hashTag` |
 * | `gomemcache` | `modulo` with `crc32` | |
 *
 * The others have `jsCodec`. The codecs of other clients keep all flags to themselves, so `compThreshold` and `doSplit` do not go
 * with them.
 *
 * @example Beside a PHP application
 * ```ts
 * import { Client, presets } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * await using client = new Client(["10.0.0.1", "10.0.0.2"], { ...presets.php, prefix: "shop:" });
 * assertEquals(client.getHostByKey("user:1"), "10.0.0.2:11211");
 * ```
 */
export const presets: Readonly<Record<PresetName, Preset>> = /* @__PURE__ */ Object.freeze({
  libmc: /* @__PURE__ */ Object.freeze({ distribution: "libmc", codec: libmcCodec }),
  pylibmc: /* @__PURE__ */ Object.freeze({
    distribution: "modulo",
    hashPrefix: false,
    codec: pylibmcCodec,
  }),
  php: /* @__PURE__ */ Object.freeze({
    distribution: "modulo",
    hashPrefix: false,
    codec: phpCodec,
  }),
  django: /* @__PURE__ */ Object.freeze({
    distribution: "rendezvous",
    prefix: ":1:",
    codec: pymemcacheCodec,
  }),
  rails: /* @__PURE__ */ Object.freeze({ distribution: "dalli", codec: dalliCodec }),
  nodeMemcached: /* @__PURE__ */ Object.freeze({
    distribution: "hashring",
    codec: nodeMemcachedCodec,
  }),
  spymemcached: /* @__PURE__ */ Object.freeze({ distribution: "spymemcached", codec: jsCodec }),
  twemproxy: /* @__PURE__ */ Object.freeze({
    distribution: "ketama_weighted",
    hash: "fnv1a_64",
    codec: jsCodec,
  }),
  gomemcache: /* @__PURE__ */ Object.freeze({
    distribution: "modulo",
    hash: "crc32",
    codec: jsCodec,
  }),
});
