import { assertEquals } from "@std/assert";
import { denoPlatform } from "../../src/transports/deno.ts";
import { nodePlatform } from "../../src/transports/node.ts";
import { platformOf } from "../../src/transports/platform.ts";

Deno.test("platformOf() gives Deno's calls where they are, whatever else is there", () => {
  const deno = { connect: () => {} };
  assertEquals(platformOf({ Deno: deno }), denoPlatform);
  assertEquals(platformOf({ Deno: deno, process: { versions: { node: "24.0.0" } } }), denoPlatform);
});

Deno.test("platformOf() gives node:net on Node and on Bun", () => {
  const node = { versions: { node: "22.0.0" } };
  assertEquals(platformOf({ process: node }), nodePlatform);
  assertEquals(
    platformOf({ process: { versions: { node: "24.3.0", bun: "1.4.5" } } }),
    nodePlatform,
  );
  assertEquals(platformOf({ Deno: {}, process: node }), nodePlatform);
});

Deno.test("platformOf() gives nothing where there is neither", () => {
  for (const globals of [{}, { Deno: undefined }, { Deno: {} }, { process: {} }]) {
    assertEquals(platformOf(globals), undefined);
  }
  assertEquals(platformOf({ process: { versions: {} } }), undefined);
});
