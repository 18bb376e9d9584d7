/**
 * Where our client differs from what libmc did over the wire, fact by fact, each with its reason. A fact that is not
 * named here must be the same; one that is named must differ, and be as it says.
 */

/** What is compared of one call, by name. */
export type Facts = Readonly<Record<string, unknown>>;

/** Ours, where it differs from libmc's; and why. */
export interface Difference {
  readonly reason: Reason;
  readonly facts: Facts;
}

/** Why they differ. `tests/vectors/differences.md` says each at length, in the section "Wire". */
export type Reason =
  | "wrong use throws"
  | "an exptime has 32 bits"
  | "nothing to do is no error"
  | "a condition not met is a failure"
  | "failed keys are told apart"
  | "no exptime for append"
  | "64 bits are unsigned"
  | "a shared connection stays open while it is in step"
  | "a reply that cannot be one ends the connection"
  | "a refused line is asked again key by key"
  | "a value is whole or not there"
  | "a torn value is a miss"
  | "a manifest is no value"
  | "gets reads split values"
  | "the chunks of one writing are marked"
  | "a split value is touched whole, and not added to"
  | "what is too big is refused before it is sent";

/** Differences by the name of the case. */
export type Differences = Readonly<Record<string, Difference>>;

/** The options with which some scenarios are played. */
const EVERY_WAY = ["off", "on"].flatMap((noreply) =>
  ["off", "on"].map((prefix) => `noreply ${noreply}, prefix ${prefix}`)
);

/** Of the scripted replies. */
export const REPLY_DIFFERENCES: Differences = {
  ...differ("a reply that cannot be one ends the connection", {
    error: -3,
    strerror: "programming_error",
    closed: [true],
    connections: 2,
  }, [
    "set answered DELETED",
    "set answered TOUCHED",
    "get: two values in the reply",
  ]),
  ...differ("a reply that cannot be one ends the connection", {
    result: "None",
    error: -3,
    strerror: "programming_error",
    closed: [true],
    connections: 2,
  }, ["get: another key in the reply", "gets: no cas token"]),
  ...differ("a reply that cannot be one ends the connection", {
    closed: [true],
    connections: 2,
  }, ["get: more bytes after END in the same packet"]),
  ...differ("a shared connection stays open while it is in step", {
    closed: [false],
    connections: 1,
  }, [
    ...["set", "get", "delete", "incr", "touch", "version", "cas", "append", "gets"]
      .map((method) => `${method} answered SERVER_ERROR`),
    ...["delete", "incr", "touch", "version"].map((method) => `${method} answered CLIENT_ERROR`),
    "set_multi: second refused",
    "SERVER_ERROR is not retried",
  ]),
  // These servers say nothing more, so that each key is waited for.
  ...differ("a refused line is asked again key by key", {
    error: -6,
    strerror: "poll_timeout_error",
    sent: [
      "get OQYipa 92XBuQb\r\n",
      "get OQYipa\r\nget 92XBuQb\r\n",
      "get 92XBuQb\r\n",
    ],
    closed: [true, true, true],
    connections: 4,
  }, ["get_multi answered ERROR", "get_multi answered CLIENT_ERROR"]),
  ...differ("a refused line is asked again key by key", {
    error: -6,
    strerror: "poll_timeout_error",
    sent: [
      "get OQYipa 92XBuQb\r\nget OQYipa\r\nget 92XBuQb\r\n",
      "get 92XBuQb\r\n",
    ],
    closed: [true, true],
    connections: 3,
  }, ["get_multi answered SERVER_ERROR"]),
  ...differ("a refused line is asked again key by key", {
    error: -6,
    strerror: "poll_timeout_error",
    sent: ["get OQYipa 92XBuQb\r\n", "get 92XBuQb\r\n"],
    closed: [true, true],
    connections: 3,
  }, ["get_multi: a value, then SERVER_ERROR"]),
  // It waits for the answer to the second set, which this server never gives.
  ...differ("a shared connection stays open while it is in step", {
    error: -6,
    strerror: "poll_timeout_error",
  }, ["set_multi answered SERVER_ERROR"]),
  ...differ("a value is whole or not there", {
    result: [["text OQYipa", "number 5"]],
  }, ["get_multi: a whole value without its line end, then nothing"]),
  ...differ("a condition not met is a failure", { result: false }, [
    "set_multi: one not stored",
    "append_multi: one not stored",
  ]),
  // The chunks of these cases have two bytes.
  ...differ("a torn value is a miss", { result: ["None", "number 0"] }, [
    "split value, flags 4096",
    "split value, flags 4128",
    "split value, flags 4112",
  ]),
  ...differ("a torn value is a miss", { result: "None" }, [
    "split value, chunks in another order",
    "split value, manifest not a number",
  ]),
  ...differ("a torn value is a miss", { result: "None", error: 0, strerror: "ok" }, [
    "split value, manifest 0",
  ]),
  ...differ("a manifest is no value", {
    result: "None",
    error: -3,
    strerror: "programming_error",
  }, ["split value with do_split off"]),
};

/** Of the steps of the scenarios. */
export const STEP_DIFFERENCES: Differences = {
  ...differ("an exptime has 32 bits", { result: "raised", sent: [] }, [
    "every single-key command, noreply off, prefix off #7 set",
    "every single-key command, noreply off, prefix on #7 set",
    "every single-key command, noreply on, prefix off #7 set",
    "every single-key command, noreply on, prefix on #7 set",
  ]),
  ...differ("a condition not met is a failure", { result: false }, [
    "multi-key commands on one server, noreply off, prefix off #5 prepend_multi",
    "multi-key commands on one server, noreply off, prefix on #5 prepend_multi",
  ]),
  ...appendsWithoutExptime("noreply off, prefix off", ["LJ8_lOUC", "b23d5", "9Du1Z_wME"], ""),
  ...appendsWithoutExptime("noreply off, prefix on", [
    "6fSA/tnpGS",
    "6fSA/e_1lHJzi9",
    "6fSA/Hyg6",
  ], ""),
  ...appendsWithoutExptime(
    "noreply on, prefix off",
    ["bGSF8Jmu", "X8ybCMwq7n", "jm15KoxuY"],
    " noreply",
  ),
  ...appendsWithoutExptime(
    "noreply on, prefix on",
    ["ogrTbL_aGjnn", "ogg3h_o:JGo", "ogdOEE8"],
    " noreply",
  ),
  ...differ("wrong use throws", { result: "raised", error: 0 }, [
    "invalid keys #1 set",
    "invalid keys #2 get",
    "invalid keys #3 get",
    "invalid keys #4 set",
    "invalid keys #5 set",
    "invalid keys #6 get",
    "invalid keys #9 incr",
    "invalid keys #10 touch",
    "invalid keys #11 delete",
    "invalid keys #15 get_multi",
    "invalid keys #16 set_multi",
    "prefix counts for the key length #1 set",
  ]),
  ...differ("wrong use throws", { result: "raised", sent: [] }, [
    "invalid keys #12 get_multi",
    "invalid keys #13 set_multi",
    "invalid keys #14 delete_multi",
    "return_failure #1 set_multi",
    "return_failure #3 delete_multi",
  ]),
  ...differ("wrong use throws", { result: "raised", error: 0, sent: [], connects: [] }, [
    "empty key #0 get",
    "empty key #1 set",
  ]),
  ...differ("wrong use throws", { result: "raised" }, [
    "unencodable and None values #0 append",
    "unencodable and None values #4 append_multi",
  ]),
  // It raises here as there; but what was never tried is no last error.
  ...differ("wrong use throws", { error: 0 }, [
    "broadcasts over three servers with aliases #2 flush_all",
    "broadcasts over three servers with aliases #3 toggle_flush_all_feature",
    "broadcasts over three servers with aliases #6 flush_all",
  ]),
  ...differ("nothing to do is no error", { error: 0 }, ["invalid keys #17 get_multi"]),
  ...differ("nothing to do is no error", { result: true, error: 0 }, [
    "invalid keys #18 set_multi",
    "invalid keys #19 delete_multi",
  ]),
  ...differ("failed keys are told apart", { result: [true, []] }, [
    "return_failure #0 set_multi",
    "return_failure #2 append_multi",
  ]),
  ...differ("a shared connection stays open while it is in step", { connects: [] }, [
    "server refusals #2 get",
    "incr edge values #9 get",
  ]),
  ...differ("64 bits are unsigned", {
    result: "number 9223372036854775809",
    error: 0,
    sent: ["0: incr 66y8 9223372036854775808\r\n"],
  }, ["server refusals #4 incr"]),
  ...differ("64 bits are unsigned", { result: "number 9223372036854775809", connects: [] }, [
    "server refusals #5 get",
    "server refusals #7 get",
  ]),
  ...differ("64 bits are unsigned", {
    error: 0,
    sent: ["0: cas 66y8 4 0 1 9223372036854775809\r\n1\r\n"],
  }, ["server refusals #6 cas"]),
};

/** Of what the steps ask for besides. */
export const BESIDES_DIFFERENCES: Differences = {
  ...differ("a split value is touched whole, and not added to", { besides: "the first chunk" }, [
    ...EVERY_WAY.flatMap((way) => [
      `every single-key command, ${way} #16 append`,
      `every single-key command, ${way} #17 prepend`,
      `every single-key command, ${way} #18 append`,
      `every single-key command, ${way} #29 touch`,
      `every single-key command, ${way} #30 touch`,
      `multi-key commands on one server, ${way} #4 append_multi`,
      `multi-key commands on one server, ${way} #5 prepend_multi`,
      `multi-key commands over three servers, ${way} #3 append_multi`,
    ]),
    "return_failure #2 append_multi",
  ]),
  ...differ("a split value is touched whole, and not added to", { besides: "the item" }, [
    ...EVERY_WAY.flatMap((way) => [
      `every single-key command, ${way} #23 decr`,
      `every single-key command, ${way} #24 decr`,
      ...(way.startsWith("noreply on")
        ? ["#21 incr", "#22 incr", "#25 incr"].map((step) =>
          `every single-key command, ${way} ${step}`
        )
        : []),
    ]),
    "incr edge values #4 decr",
    "incr edge values #6 decr",
  ]),
};

/** Of the big values. */
export const BIG_DIFFERENCES: Differences = {
  ...differ("gets reads split values", { gets: "value" }, [
    "big 1: set of 1000001 bytes",
    "big 2: set of 2000000 bytes",
    "big 3: set of 2000001 bytes",
    "big 4: set of 1582184 bytes",
    "big 5: set of 9999999 bytes",
    "big 6: set of 10000000 bytes",
    "big 9: set of 999996 str",
    "big 10: set of 1500000 str",
    "big 11: set of 1000001 bytes, compressed",
    "big 12: set of 1700000 bytes, compressed",
    "big 17: set of 1000001 bytes, prefix",
    "big 18: set of 1000001 bytes, prefix",
    "big 19: set of 1000001 bytes",
    "big 22: set of 1000001 bytes",
    "big 23: set_multi of 1000001 bytes",
  ]),
  ...differ("what is too big is refused before it is sent", { returns: "raised" }, [
    "big 7: set of 10000001 bytes",
    "big 14: set of 10000000 bytes, compressed",
    "big 20: set of 1000001 bytes",
    "big 21: set of 1000001 bytes, prefix",
    "big 24: set_multi of 10000001 bytes",
  ]),
  ...differ("what is too big is refused before it is sent", { returns: "raised", error: 0 }, [
    "big 16: set of 1500000 bytes, do_split off",
    "big 25: add of 1500000 bytes",
  ]),
};

/** Of the flags of the chunks of big values. */
export const CHUNK_DIFFERENCES: Differences = differ(
  "the chunks of one writing are marked",
  { chunkFlags: "a mark" },
  Object.keys(BIG_DIFFERENCES).filter((name) => "gets" in BIG_DIFFERENCES[name].facts),
);

function differ(reason: Reason, facts: Facts, names: readonly string[]): Differences {
  return Object.fromEntries(names.map((name) => [name, { reason, facts }]));
}

function appendsWithoutExptime(options: string, keys: string[], noreply: string): Differences {
  const sent = keys.map((key) => `append ${key} 0 0 0${noreply}\r\n\r\n`).join("");
  return differ("no exptime for append", { sent: [`0: ${sent}`] }, [
    `multi-key commands on one server, ${options} #6 append_multi`,
  ]);
}
