/** Why dials fail, in the words of each runtime. */

import { dialFailure } from "../../src/cli/doctor/dial_failure.ts";
import { assertEquals, assertStringIncludes } from "@std/assert";

const TCP = { hostname: "10.0.0.1", port: 11211 };
const UNIX = { path: "/run/memcached.sock" };

Deno.test("dialFailure() tells the reasons apart, whichever runtime tells of them", () => {
  const refused = "nothing listens on port 11211 of 10.0.0.1";
  const silent = "no answer from port 11211 of 10.0.0.1 in 500 ms";
  const cases: readonly (readonly [name: string, code: string, message: string, text: string])[] = [
    ["ConnectionRefused", "", "Connection refused (os error 111)", refused],
    ["Error", "ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:11211", refused],
    ["TimeoutError", "", "Timed out after 500 ms", silent],
    ["TimedOut", "", "Connection timed out (os error 110)", silent],
    ["Error", "ETIMEDOUT", "connect ETIMEDOUT", silent],
    [
      "NotCapable",
      "",
      'Requires net access to "10.0.0.1:11211"',
      "the program may not use the network",
    ],
    ["Error", "ERR_ACCESS_DENIED", "Access to this API", "the program may not use the network"],
    [
      "Error",
      "",
      "Network is unreachable (os error 101)",
      "there is no way to port 11211 of 10.0.0.1",
    ],
    ["Error", "EHOSTUNREACH", "connect EHOSTUNREACH", "there is no way to port 11211 of 10.0.0.1"],
    ["ConnectionReset", "", "Connection reset by peer", "port 11211 of 10.0.0.1 hangs up at once"],
    ["Error", "EWHATEVER", "something else", "something else"],
  ];
  for (const [name, code, message, text] of cases) {
    const error = Object.assign(new Error(message), { name, code });
    assertEquals(dialFailure(error, TCP, 500).text, text, `${name} ${code}`);
  }
});

Deno.test("dialFailure() knows what a Unix socket may lack", () => {
  const of = (name: string) => dialFailure(Object.assign(new Error(), { name }), UNIX, 500);
  assertEquals(of("NotFound").text, "there is no socket /run/memcached.sock");
  assertEquals(of("PermissionDenied").text, "this user may not open socket /run/memcached.sock");
  const denied = of("NotCapable");
  assertEquals(denied.isDenied, true);
  assertStringIncludes(denied.wayOut ?? "", "-R -W");
});
