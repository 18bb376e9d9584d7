import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ReplyError, UnsupportedError } from "@libmc/libmc";
import { refusalOf } from "../../../src/commands/admin/refusals.ts";

const ORIGIN = { server: "one", command: "slabs", shown: JSON.stringify };

Deno.test("refusalOf() tells what the server cannot do, and the way out", () => {
  for (
    const [line, advice] of [
      ["ERROR", "does not know the command"],
      ["CLIENT_ERROR lru crawler disabled", "lru_crawler enable"],
      ["ERROR metadump not allowed", "without -X"],
      ["CLIENT_ERROR watch commands not allowed", "without -W"],
      ["CLIENT_ERROR slab reassignment disabled", "-o slab_reassign"],
    ]
  ) {
    const error = refusalOf(line, ORIGIN);
    assert(error instanceof UnsupportedError, line);
    assertStringIncludes(error.message, advice);
    assertEquals([error.server, error.command, error.sent], ["one", "slabs", "no"]);
  }
});

Deno.test("refusalOf() gives the word with which a server declines", () => {
  for (
    const line of [
      ...["ERROR hot and warm pcts must not exceed 80", "CLIENT_ERROR x", "SERVER_ERROR y"],
      ...["BUSY currently processing crawler request", "BADCLASS invalid class id", "NOSPARE x"],
      ...["SAME src and dst class are identical", "NOTSTARTED x", "NOTFULL x", "UNSAFE x"],
      ...["MEMLIMIT_TOO_SMALL x", "MEMLIMIT_ADJUST_FAILED x"],
      ...["WATCHER_TOO_MANY log watcher limit reached", "WATCHER_FAILED x"],
    ]
  ) {
    const error = refusalOf(line, ORIGIN);
    assert(error instanceof ReplyError, line);
    assertEquals(error.kind, line.split(" ")[0]);
    assertStringIncludes(error.message, JSON.stringify(line));
  }
});

Deno.test("refusalOf() takes no other line for a refusal", () => {
  for (const line of ["OK", "END", "", "key=a", "STAT ERROR 1", "ERRORS", "error", "VERSION 1"]) {
    assertEquals(refusalOf(line, ORIGIN), undefined, line);
  }
});
