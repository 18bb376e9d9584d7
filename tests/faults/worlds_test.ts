import { assertEquals } from "@std/assert";
import type { Answer, KeyCall } from "./model/model.ts";
import { Worlds } from "./model/worlds.ts";

type Step = readonly [name: KeyCall["name"], data: string, answer: Answer | "doubt"];

const STORED: Step = ["set", "5", true];
const DOUBT: Step = ["incr", "1", "doubt"];

Deno.test("Worlds allow a call in doubt to be carried out once or never, now or later", () => {
  const allowed: Record<string, readonly Step[]> = {
    "never": [STORED, DOUBT, ["get", "", "5"], ["incr", "1", 6]],
    "now": [STORED, DOUBT, ["get", "", "6"], ["incr", "1", 7]],
    "later": [STORED, DOUBT, ["get", "", "5"], ["get", "", "6"]],
    "in another order": [STORED, ["set", "8", "doubt"], DOUBT, ["get", "", "6"], ["get", "", "8"]],
    "between gets and cas": [STORED, ["gets", "", "5"], DOUBT, ["cas", "9", false]],
    "shorter and padded": [["set", "10", true], ["decr", "5", 5], ["get", "", "5 "]],
    "shorter in a new item": [["set", "10", true], ["decr", "5", 5], ["get", "", "5"]],
    "after cas": [STORED, ["gets", "", "5"], DOUBT, ["cas", "9", true], ["get", "", "10"]],
  };
  for (const [about, steps] of Object.entries(allowed)) assertEquals(refusedAt(steps), -1, about);
});

Deno.test("Worlds find out an update that is lost, doubled or undone", () => {
  const refused: Record<string, readonly Step[]> = {
    "lost": [STORED, ["incr", "1", 6], ["get", "", "5"]],
    "counted twice at once": [STORED, DOUBT, ["get", "", "7"]],
    "counted twice in time": [STORED, DOUBT, ["get", "", "6"], ["get", "", "7"]],
    "undone": [STORED, DOUBT, ["get", "", "6"], ["get", "", "5"]],
    "of another key": [STORED, ["get", "", "4"]],
    "gone": [STORED, DOUBT, ["get", "", null]],
    "cas of a changed item": [STORED, ["gets", "", "5"], ["set", "6", true], ["cas", "7", true]],
    "cas refused for nothing": [STORED, ["gets", "", "5"], ["cas", "7", false]],
  };
  for (const [about, steps] of Object.entries(refused)) {
    assertEquals(refusedAt(steps), steps.length - 1, about);
  }
});

Deno.test("Worlds allow an item to be gone once its server may have begun anew, and no other change", () => {
  for (const [answer, isAllowed] of [[null, true], ["5", true], ["6", false]] as const) {
    const worlds = new Worlds();
    worlds.answered("set", "5", true);
    worlds.lose();
    assertEquals(worlds.answered("get", "", answer), isAllowed, String(answer));
  }
});

/** The first step whose answer cannot be; -1 if all can. */
function refusedAt(steps: readonly Step[]): number {
  const worlds = new Worlds();
  return steps.findIndex(([name, data, answer]) => {
    if (answer !== "doubt") return !worlds.answered(name, data, answer);
    worlds.doubted(name, data);
    return false;
  });
}
