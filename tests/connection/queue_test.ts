import { assertEquals } from "@std/assert";
import { Queue } from "../../src/connection/queue.ts";
import { Random } from "../support/random.ts";

const SEED = 20251130;

Deno.test("Queue.shift() gives the items in the order of push()", () => {
  const queue = queueOf([1, 2, 3]);
  assertEquals(numbers([queue.shift(), queue.shift()]), [1, 2]);
  queue.push(numbered(4));
  assertEquals(numbers([queue.shift(), queue.shift(), queue.shift()]), [3, 4, undefined]);
});

Deno.test("Queue.peek() and Queue.last() leave the items where they are", () => {
  const queue = queueOf([1, 2, 3]);
  queue.shift();
  assertEquals(numbers([queue.peek(), queue.last()]), [2, 3]);
  assertEquals(queue.length, 2);
});

Deno.test("Queue without items has neither head nor tail", () => {
  const queue = queueOf([1]);
  queue.shift();
  assertEquals([queue.peek(), queue.last(), queue.shift(), queue.length], [
    undefined,
    undefined,
    undefined,
    0,
  ]);
  assertEquals(queue.drain(), []);
});

Deno.test("Queue.drain() takes all in order and leaves an empty queue", () => {
  const queue = queueOf([1, 2, 3]);
  queue.shift();
  assertEquals(numbers(queue.drain()), [2, 3]);
  assertEquals([queue.length, queue.peek()], [0, undefined]);
  queue.push(numbered(4));
  assertEquals(numbers(queue), [4]);
});

Deno.test("Queue iterates from head to tail without taking", () => {
  const queue = queueOf([1, 2, 3]);
  queue.shift();
  assertEquals(numbers(queue), [2, 3]);
  assertEquals(queue.length, 2);
});

Deno.test("Queue does as an array does, whatever the order of calls", () => {
  const random = new Random(SEED);
  const queue = new Queue<Numbered>();
  let model: number[] = [];
  for (let step = 0; step < 20_000; step++) {
    // Long stretches of either, so that the ring grows to thousands while its head is anywhere, and shrinks.
    const grows = Math.floor(step / 4000) % 2 === 0;
    if (random.below(10) < (grows ? 8 : 2)) {
      queue.push(numbered(step));
      model.push(step);
    } else if (random.below(2000) === 0) {
      assertEquals(numbers(queue.drain()), model, `seed ${SEED}, step ${step}`);
      model = [];
    } else {
      assertEquals(queue.shift()?.number, model.shift(), `seed ${SEED}, step ${step}`);
    }
    assertEquals(
      [queue.length, queue.peek()?.number, queue.last()?.number, queue.weight],
      [model.length, model[0], model.at(-1), model.reduce((sum, item) => sum + item % 7, 0)],
      `seed ${SEED}, step ${step}`,
    );
  }
  assertEquals(numbers(queue), model, `seed ${SEED}`);
});

function queueOf(items: number[]): Queue<Numbered> {
  const queue = new Queue<Numbered>();
  for (const item of items) queue.push(numbered(item));
  return queue;
}

interface Numbered {
  readonly number: number;
  readonly weight: number;
}

function numbered(number: number): Numbered {
  return { number, weight: number % 7 };
}

function numbers(items: Iterable<Numbered | undefined>): (number | undefined)[] {
  return Array.from(items, (item) => item?.number);
}
