/** Reads a body that may be too long to be kept. */

/** A body, if it was short enough, and a response that still has it. */
export interface WholeBody {
  readonly body: Uint8Array | undefined;
  readonly response: Response;
}

/** Reads the body of a response up to a length. What is longer flows on through the response that it gives. */
export async function wholeBody(response: Response, most: number): Promise<WholeBody> {
  if (response.body === null) return { body: new Uint8Array(), response };
  if (Number(response.headers.get("content-length") ?? 0) > most) {
    return { body: undefined, response };
  }
  const reader = response.body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (length <= most) {
    const { done, value } = await reader.read();
    if (done) {
      const body = new Uint8Array(length);
      let at = 0;
      for (const chunk of chunks) {
        body.set(chunk, at);
        at += chunk.length;
      }
      return { body, response: new Response(body, response) };
    }
    chunks.push(value);
    length += value.length;
  }
  let given = 0;
  const rest = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (given < chunks.length) return controller.enqueue(chunks[given++]);
      chunks.length = 0;
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { body: undefined, response: new Response(rest, response) };
}
