import { assertEquals } from "@std/assert";
import { systemClock } from "../src/clock.ts";

Deno.test("systemClock.after() with 0 calls back once the loop has read, however busy the program was", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  for (let i = 0; i < 3; i++) {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const other = await listener.accept();
    let isEnded = false;
    const end = () => isEnded = true;
    const reading = connection.read(new Uint8Array(1)).then(end, end);
    // What follows a write is called before the timers of the same turn.
    await connection.write(new Uint8Array(1));
    other.close();
    keepBusy(20);
    const turned = new Promise<boolean>((resolve) => systemClock.after(0, () => resolve(isEnded)));
    keepBusy(20);
    assertEquals(await turned, true);
    await reading;
  }
});

Deno.test("systemClock.after() with 0 can be cancelled at every moment", async () => {
  for (let moment = 0; moment < 8; moment++) {
    let calls = 0;
    const cancel = systemClock.after(0, () => calls++);
    for (let i = 0; i < moment; i++) await new Promise((resolve) => setTimeout(resolve, 0));
    const before = calls;
    cancel();
    cancel();
    await new Promise((resolve) => setTimeout(resolve, 10));
    assertEquals(calls, before);
  }
});

/** Blocks the event loop. */
function keepBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
