/** Reads a body that may be too long to be kept, or may take too long: nobody is to wait for its end. */

/** A body, if it was short and quick enough, and a response that still has it. */
export interface WholeBody {
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly response: Response;
}

/**
 * Reads the body of a response up to a length, and for a while. What is longer, or comes later, flows on through the
 * response that it gives.
 *
 * @param milliseconds Without them it takes as long as it takes.
 */
export async function wholeBody(
  response: Response,
  most: number,
  milliseconds?: number,
): Promise<WholeBody> {
  if (response.body === null) return { body: new Uint8Array(), response };
  if (Number(response.headers.get("content-length") ?? 0) > most) {
    return { body: undefined, response };
  }
  const reader = response.body.getReader();
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let isLate = false;
  /** Gives true at the end of the body. */
  async function read(): Promise<boolean> {
    while (length <= most && !isLate) {
      const { done, value } = await reader.read();
      if (done) return true;
      chunks.push(value);
      length += value.length;
    }
    return false;
  }
  const reading = read();
  const inTime = milliseconds === undefined ? reading : within(milliseconds, reading);
  if (await inTime) {
    const body = joined(chunks, length);
    return { body, response: new Response(body, response) };
  }
  isLate = true;
  let given = 0;
  const rest = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (given < chunks.length) return controller.enqueue(chunks[given++]);
      // Late, a piece was still on its way.
      const isOver = await reading;
      if (given < chunks.length) return controller.enqueue(chunks[given++]);
      chunks = [];
      given = 0;
      if (isOver) return controller.close();
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { body: undefined, response: new Response(rest, response) };
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

/** Gives what a promise gives, or `undefined` if that takes too long. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
