import type { PartReceiver } from "../../src/commands/receiver.ts";
import { assertEquals } from "@std/assert";
import type { BatchCommand, BatchResult } from "../../src/commands/batch.ts";
import { DeleteBatch } from "../../src/commands/deletion.ts";
import type { KeyRange } from "../../src/commands/key_group.ts";
import { StorageBatch } from "../../src/commands/storage.ts";
import { batchPlan, storagePlan } from "../../src/commands/plan.ts";
import { ConnectionError, TimeoutError } from "../../src/errors.ts";
import { answer, requestOf, Told } from "./exchange.ts";

const LATE = new TimeoutError("Late");
const PLACES = [8, 6, 4, 2];

for (
  const [name, make, yes] of [
    ["StorageBatch", storageBatch, "STORED\r\n"],
    ["DeleteBatch", deleteBatch, "DELETED\r\n"],
  ] as const
) {
  Deno.test(`${name}.fail() counts what had no answer as failed`, () => {
    for (let answers = 0; answers < PLACES.length; answers++) {
      const told = new Told<BatchResult>();
      const command = make(told);
      requestOf(command);
      answer(command, yes.repeat(answers));
      command.fail(LATE);
      told.expect({ failed: PLACES.slice(answers), errors: [LATE] });
    }
  });

  Deno.test(`${name}.fail() leaves every answer that still comes to this batch, and to no other`, () => {
    for (let answers = 0; answers < PLACES.length; answers++) {
      const told = new Told<BatchResult>();
      const command = make(told);
      requestOf(command);
      answer(command, yes.repeat(answers));
      command.fail(LATE);
      assertEquals(command.abandoned, true);
      for (let left = PLACES.length - answers; left > 1; left--) {
        assertEquals(answer(command, left % 2 === 0 ? yes : "SERVER_ERROR x\r\n"), false);
      }
      assertEquals(answer(command, yes), true);
      told.expect({ failed: PLACES.slice(answers), errors: [LATE] });
    }
  });

  Deno.test(`${name}.fail() tells it once, however often the sweep comes by`, () => {
    const told = new Told<BatchResult>();
    const command = make(told);
    command.fail(LATE);
    command.fail(LATE);
    told.expect({ failed: PLACES, errors: [LATE] });
  });

  Deno.test(`${name}.fail() keeps the errors met before`, () => {
    const told = new Told<BatchResult>();
    const command = make(told);
    requestOf(command);
    answer(command, `${yes}SERVER_ERROR x\r\n`);
    command.fail(LATE);
    assertEquals(told.values[0].failed, PLACES.slice(1));
    assertEquals(told.values[0].errors.map(({ message }) => message), ["SERVER_ERROR x", "Late"]);
  });

  Deno.test(`${name}.write() forgets what an earlier connection answered`, () => {
    const told = new Told<BatchResult>();
    const command = make(told);
    const request = requestOf(command);
    answer(command, `${yes}SERVER_ERROR x\r\n`);
    assertEquals(requestOf(command), request);
    assertEquals(answer(command, yes.repeat(3)), false);
    assertEquals(answer(command, yes), true);
    told.expect({ failed: [], errors: [] });
  });

  Deno.test(`${name} reads on after its caller has left`, () => {
    const told = new Told<BatchResult>();
    const command = make(told);
    requestOf(command);
    told.settled = true;
    assertEquals(command.abandoned, true);
    assertEquals(answer(command, yes.repeat(3)), false);
    assertEquals(answer(command, yes), true);
  });

  Deno.test(`${name}.refused() ends the batch with its last key`, () => {
    const told = new Told<BatchResult>();
    const command = make(told);
    requestOf(command);
    assertEquals(answer(command, "SERVER_ERROR x\r\n".repeat(4)), true);
    assertEquals(told.values[0].failed, PLACES);
    assertEquals(told.values[0].errors.length, 4);
  });

  Deno.test(`${name}.completeWithoutReply() takes a noreply batch for done`, () => {
    const told = new Told<BatchResult>();
    const command = make(told, true);
    assertEquals(command.traits.expectsReply, false);
    requestOf(command);
    command.completeWithoutReply();
    told.expect({ failed: [], errors: [] });
  });

  Deno.test(`${name}.fail() fails all keys of a noreply batch`, () => {
    const told = new Told<BatchResult>();
    const error = new ConnectionError("Lost");
    const command = make(told, true);
    requestOf(command);
    command.fail(error);
    told.expect({ failed: PLACES, errors: [error] });
  });
}

function storageBatch(receiver: PartReceiver<BatchResult>, noreply = false): BatchCommand {
  const items = Array.from({ length: 9 }, () => ({ data: "x", flags: 0 }));
  const group = { keys: ["z", "a", "b", "c", "d"], positions: [0, ...PLACES] };
  return new StorageBatch("set", group, [1, 5], items, { exptime: 0, noreply }, receiver);
}

function deleteBatch(receiver: PartReceiver<BatchResult>, noreply = false): BatchCommand {
  const group = { keys: ["z", "a", "b", "c", "d"], positions: [0, ...PLACES] };
  return new DeleteBatch(group, [1, 5], noreply, receiver);
}

Deno.test("batchPlan() and storagePlan() cut by the number of keys, and nothing where there are none", () => {
  const ranges = [
    [0, []],
    [1, [[0, 1]]],
    [1000, [[0, 1000]]],
    [1001, [[0, 1000], [1000, 1001]]],
    [2500, [[0, 1000], [1000, 2000], [2000, 2500]]],
  ] as const;
  for (const [count, expected] of ranges) {
    const keys = Array.from({ length: count }, (_, i) => `k${i}`);
    const items = keys.map(() => ({ data: "v", flags: 0 }));
    assertEquals(batchPlan({ keys }), expected as unknown as KeyRange[]);
    assertEquals(storagePlan({ keys }, items), expected as unknown as KeyRange[]);
  }
});
