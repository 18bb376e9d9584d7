import { assert, assertEquals } from "@std/assert";
import * as libmc from "@libmc/libmc";
import { rowsOf } from "../support/document_tables.ts";

const DOCS = new URL("../../docs/", import.meta.url);

for (const page of ["coming_from_other_clients.md", "methods.md"]) {
  Deno.test(`docs/${page} names only what is there`, async () => {
    await using client = new libmc.Client("127.0.0.1:1");
    const parts = [
      client,
      client.namespace("one"),
      client.meta,
      client.admin,
      client.admin.slabs,
      client.admin.lru,
    ];
    const places: object[] = [libmc, ...parts.map((part) => Object.getPrototypeOf(part)), ...parts];
    const cells = (await rowsOf(new URL(page, DOCS))).map((cells) =>
      page === "methods.md" ? cells[0] : cells[1]
    );
    const named = cells.flatMap((cell) => Array.from(cell.matchAll(/`[^`]+`/g), ([code]) => code))
      .flatMap((code) => Array.from(code.matchAll(/(\w+)\(/g), ([, name]) => name));
    assert(named.length > 20);
    const unknown = named.filter((name) => !places.some((place) => name in place));
    assertEquals(unknown, []);
  });
}
