import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { type ClientOptions, readClientOptions, settingsOf } from "../../src/engine/options.ts";
import { Authority } from "../support/certificates.ts";

const MAX_TIMER = 2147483647;

/** Every option that is a number, and its bounds. */
const NUMBERS: readonly (readonly [name: string, least: number, most: number])[] = [
  ["pollTimeout", 0, MAX_TIMER],
  ["connectTimeout", 0, MAX_TIMER],
  ["retryTimeout", 0, MAX_TIMER],
  ["timeout", 0, MAX_TIMER],
  ["deadAfter", 0, Number.MAX_SAFE_INTEGER],
  ["maxRetries", 0, 100],
  ["failoverExptime", 0, 2_592_000],
  ["compThreshold", 0, Number.MAX_SAFE_INTEGER],
  ["connections", 1, 1000],
  ["maxPending", 1, Number.MAX_SAFE_INTEGER],
  ["itemSizeLimit", 1024, 1073741824],
];

const BOOLEANS = [
  "failover",
  "replayInvalidations",
  "doSplit",
  "noreply",
  "strict",
  "allowFlushAll",
  "mergeGets",
  "warn",
];

Deno.test("settingsOf() fills in the defaults", () => {
  const { codec, clock, ...plain } = settingsOf({});
  assertEquals(plain, {
    pollTimeout: 300,
    connectTimeout: 100,
    retryTimeout: 5000,
    deadAfter: 3,
    maxRetries: 0,
    timeout: 5000,
    failover: false,
    failoverExptime: 0,
    hashFn: "md5",
    distribution: "libmc",
    hash: undefined,
    hashPrefix: true,
    hashTag: "",
    replayInvalidations: false,
    doSplit: true,
    compThreshold: 0,
    compression: { algorithm: "zlib", level: 6 },
    noreply: false,
    prefix: "",
    longKeys: "refuse",
    connections: 1,
    strict: false,
    tls: false,
    allowFlushAll: false,
    maxPending: 100_000,
    maxLoads: 16,
    mergeGets: true,
    itemSizeLimit: 1_048_576,
    warn: true,
    slow: 0,
    latencies: false,
    inflateBudget: { bytes: 134_217_728, ratio: 100, memory: 536_870_912 },
  });
  assertStrictEquals(codec, jsCodec);
  assertEquals([typeof clock.now, typeof clock.after], ["function", "function"]);
});

Deno.test("settingsOf() bounds what lasts on a server that stands in once there is a gutter", () => {
  assertEquals(settingsOf({ gutter: "a" }).failoverExptime, 60);
  assertEquals(settingsOf({ gutter: "a", failoverExptime: 0 }).failoverExptime, 0);
});

Deno.test("settingsOf() takes what is given, and undefined for not given", () => {
  const options: Record<string, unknown> = { timeout: 7, strict: undefined, prefix: "a:" };
  const settings = settingsOf(readClientOptions(options as ClientOptions));
  assertEquals([settings.timeout, settings.strict, settings.prefix], [7, false, "a:"]);
  assertEquals(options, { timeout: 7, strict: undefined, prefix: "a:" });
});

Deno.test("settingsOf() gives an object of its own each time", () => {
  const settings = settingsOf({});
  settings.timeout = 1;
  assertEquals(settingsOf({}).timeout, 5000);
});

Deno.test("readClientOptions() leaves out what is undefined", () => {
  const options: Record<string, unknown> = { timeout: 0, strict: undefined, prefix: "" };
  assertEquals(readClientOptions(options as ClientOptions), { timeout: 0, prefix: "" });
});

for (const [name, least, most] of NUMBERS) {
  Deno.test(`readClientOptions() takes ${name} from ${least} to ${most}, and nothing else`, () => {
    for (const value of [least, least + 1, most - 1, most]) check({ [name]: value });
    for (const value of [least - 1, most + 1, 1.5, NaN, Infinity, -Infinity, -1]) {
      assertThrows(
        () => check({ [name]: value }),
        RangeError,
        `Cannot use option "${name}" as it must be an integer from ${least} to ${most}: current value is ${value}`,
      );
    }
    for (
      const [value, type] of [["1", "string"], [null, "null"], [1n, "bigint"], [true, "boolean"]]
    ) {
      assertThrows(
        () => check({ [name]: value }),
        TypeError,
        `Cannot use option "${name}" as it must be a number: current type is ${type}`,
      );
    }
  });
}

for (const name of BOOLEANS) {
  Deno.test(`readClientOptions() takes ${name} as true or false, and nothing else`, () => {
    for (const value of [true, false]) check({ [name]: value });
    for (const [value, type] of [[1, "number"], ["true", "string"], [null, "null"]]) {
      assertThrows(
        () => check({ [name]: value }),
        TypeError,
        `Cannot use option "${name}" as it must be a boolean: current type is ${type}`,
      );
    }
  });
}

Deno.test("readClientOptions() takes the names of the four hashes, and nothing else", () => {
  for (const hashFn of ["md5", "fnv1_32", "fnv1a_32", "crc_32"] as const) {
    readClientOptions({ hashFn });
  }
  for (const hashFn of ["sha1", "MD5", "", "toString", 5, null, {}]) {
    assertThrows(
      () => check({ hashFn }),
      TypeError,
      `Cannot use option "hashFn" as it must be one of "md5", "fnv1_32", "fnv1a_32", "crc_32": current value is `,
    );
  }
});

Deno.test("readClientOptions() takes a text for prefix, objects for codec and clock, a function for connect", () => {
  readClientOptions({ prefix: "a:", codec: jsCodec });
  for (
    const [name, wanted, values] of [
      ["prefix", "a string", [5, null, ["a"]]],
      ["codec", "an object", [null, "js", jsCodec.encode]],
      ["clock", "an object", [null, 5]],
      ["connect", "a function", [null, {}, "host"]],
    ] as const
  ) {
    for (const value of values) {
      const type = value === null ? "null" : typeof value;
      assertThrows(
        () => check({ [name]: value }),
        TypeError,
        `Cannot use option "${name}" as it must be ${wanted}: current type is ${type}`,
      );
    }
  }
});

Deno.test("readClientOptions() takes a codec and a clock that have their methods, inherited or not", () => {
  class OwnCodec {
    encode = jsCodec.encode;
    decode(data: Uint8Array) {
      return data.slice();
    }
  }
  class OwnClock {
    now() {
      return 0;
    }
    after() {
      return () => {};
    }
  }
  readClientOptions({ codec: new OwnCodec(), clock: new OwnClock() });
  const { encode, decode } = jsCodec;
  for (
    const [name, value, method, type] of [
      ["codec", {}, "encode", "undefined"],
      ["codec", [], "encode", "undefined"],
      ["codec", { decode }, "encode", "undefined"],
      ["codec", { encode }, "decode", "undefined"],
      ["codec", { encode, decode: null }, "decode", "null"],
      ["codec", { encode: "utf8", decode }, "encode", "string"],
      ["clock", {}, "now", "undefined"],
      ["clock", new Date(), "now", "undefined"],
      ["clock", performance, "after", "undefined"],
      ["clock", { now: 5, after() {} }, "now", "number"],
    ] as const
  ) {
    assertThrows(
      () => check({ [name]: value }),
      TypeError,
      `Cannot use option "${name}" as it must have a method ${method}: current type is ${type}`,
    );
  }
});

Deno.test("readClientOptions() takes a name and a password for auth, and never shows the password", () => {
  readClientOptions({ auth: { username: "a", password: "b:c\td" } });
  for (const auth of [null, "a:b", 5]) {
    assertThrows(() => check({ auth }), TypeError, 'option "auth"');
  }
  for (const username of ["", "a b", "a:b", "a\r\n", "a\0", undefined, 5]) {
    assertThrows(
      () => check({ auth: { username, password: "b" } }),
      TypeError,
      'option "auth.username"',
    );
  }
  for (const password of ["", "secret word", "secret\r\n", "secret\0", undefined, 5]) {
    const error = assertThrows(
      () => check({ auth: { username: "a", password } }),
      TypeError,
      'option "auth.password"',
    );
    assert(!error.message.includes("secret"));
  }
});

Deno.test("readClientOptions() refuses names that it does not know, also those every object has", () => {
  for (
    const name of ["pollTimeOut", "poll_timeout", "toString", "constructor", "hasOwnProperty", "0"]
  ) {
    assertThrows(
      () => check({ [name]: 1 }),
      TypeError,
      `Cannot use option "${name}" as there is none of that name`,
    );
  }
});

Deno.test("readClientOptions() shows the names that may be meant in place of an unknown one, or all", () => {
  const wrong: readonly (readonly [options: Record<string, unknown>, advice: string])[] = [
    [{ conectTimeout: 1 }, 'write "connectTimeout"'],
    [{ connect_timeout: 1 }, 'write "connectTimeout"'],
    [{ Timeout: 1 }, 'write "timeout"'],
    [{ hash_fn: "md5" }, 'write "hashFn"'],
    [{ keyPrefix: "a" }, 'write "prefix"'],
    [{ retries: 1 }, 'write "maxRetries"'],
    [{ cdoec: {} }, 'write "codec"'],
    [{ namespace: "a" }, "there are "],
    [{ ["x".repeat(10_000)]: 1 }, "there are "],
    [{ nearCache: { maxbytes: 1 } }, 'write "maxBytes"'],
    [{ tls: { ca: "" } }, "there are caCerts, "],
    [{ tls: { servername: "" } }, 'write "serverName"'],
    [{ auth: { user: "a", pass: "b" } }, 'write "username"'],
  ];
  for (const [options, advice] of wrong) {
    assertThrows(() => check(options), TypeError, `as there is none of that name: ${advice}`);
  }
});

Deno.test("readClientOptions() shows the few names of options inside an option", () => {
  assertThrows(() => check({ nearCache: true }), TypeError, "; write { maxBytes, maxAge }");
  assertThrows(() => check({ compression: "zlib" }), TypeError, "; write { algorithm, level }");
});

Deno.test("readClientOptions() refuses what is no object", () => {
  for (
    const [options, type] of [
      [null, "null"],
      [5, "number"],
      ["a", "string"],
      [
        undefined,
        "undefined",
      ],
      [["b:1"], "Array"],
      [new Map([["strict", true]]), "Map"],
    ]
  ) {
    assertThrows(
      () => readClientOptions(options as ClientOptions),
      TypeError,
      `Cannot use options that are not an object: current type is ${type}`,
    );
  }
});

/** Options of any kind, as JavaScript may pass them. */
function check(options: Record<string, unknown>): void {
  readClientOptions(options as ClientOptions);
}

Deno.test("settingsOf() keeps neither password nor key", async () => {
  await using authority = await Authority.create();
  const { cert, key } = await authority.issue();
  const auth = { username: "ada", password: "lovelace1815" };
  const shown = Deno.inspect(settingsOf({ auth, tls: { cert, key } }), { depth: 100 });
  assertEquals([shown.includes("lovelace1815"), shown.includes(key.split("\n")[1])], [
    false,
    false,
  ]);
});
