import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "../captured_io.ts";

Deno.test("cli dashboard without the permission for the network says so", {
  permissions: { net: ["127.0.0.1:1"] },
}, async () => {
  const { code, out, err } = await cli(["dashboard"], { servers: ["127.0.0.1:1"] });
  assertEquals([code, out], [2, ""]);
  assertStringIncludes(err, "Cannot serve a page as the program may not use the network");
  assertStringIncludes(err, "deno run -N");
});
