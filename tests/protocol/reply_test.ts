import { assertEquals } from "@std/assert";
import { isBare, isErrorWord, ReplyWord, spell, wordAt } from "../../src/protocol/reply.ts";
import { bytesOf } from "../support/wire.ts";

Deno.test("spell() and wordAt() are each other's inverse, for every word but NUMBER", () => {
  for (const [spelling, word] of Object.entries(ReplyWord)) {
    assertEquals(spell(word), spelling);
    const bytes = bytesOf(`x${spelling}x`);
    const found = wordAt(bytes, 1, bytes.length - 1);
    assertEquals(found, word === ReplyWord.NUMBER ? -1 : word, spelling);
  }
});

Deno.test("wordAt() finds no part of a word, no longer word, and none in another case", () => {
  for (const spelling of Object.keys(ReplyWord)) {
    for (let length = 0; length < spelling.length; length++) {
      const part = spelling.slice(0, length);
      if (part in ReplyWord) continue;
      assertEquals(wordAt(bytesOf(spelling), 0, length), -1, part);
    }
    for (const other of [`${spelling}S`, `${spelling} `, spelling.toLowerCase()]) {
      assertEquals(wordAt(bytesOf(other), 0, other.length), -1, other);
    }
  }
  assertEquals(wordAt(bytesOf("constructor"), 0, 11), -1);
});

Deno.test("isErrorWord() tells the error words from all others", () => {
  const words = Object.values(ReplyWord).filter(isErrorWord);
  assertEquals(words.map(spell), ["ERROR", "CLIENT_ERROR", "SERVER_ERROR"]);
});

Deno.test("isBare() is for the words that nothing may follow", () => {
  const followed = Object.values(ReplyWord).filter((word) => !isBare(word));
  assertEquals(followed.map(spell), [
    "NUMBER",
    "VERSION",
    "STAT",
    "RESET",
    "ERROR",
    "CLIENT_ERROR",
    "SERVER_ERROR",
  ]);
});
