/**
 * Responses as bytes: the length of the head in four bytes, the head as JSON, the body as it is. What does not read so is
 * no response: another program may have written it.
 */

/** A response without its body. */
export interface Head {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** When it was made: milliseconds since 1970. */
  readonly at: number;
  /** The seconds for which it was fresh then, where that is asked for. */
  readonly fresh?: number;
}

/** A response that was read. */
export interface StoredResponse {
  readonly head: Head;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Takes the head of a response. */
export function headOf(url: string, response: Response, at: number): Head {
  const { status, statusText, headers } = response;
  return { url, status, statusText, headers: [...headers], at };
}

/** Writes a response. */
export function bytesOfResponse(head: Head, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = ENCODER.encode(JSON.stringify(head));
  const bytes = new Uint8Array(LENGTH_BYTES + json.length + body.length);
  new DataView(bytes.buffer).setUint32(0, json.length);
  bytes.set(json, LENGTH_BYTES);
  bytes.set(body, LENGTH_BYTES + json.length);
  return bytes;
}

/**
 * Reads a response; gives `undefined` for what is none.
 *
 * @throws {TypeError} If it is what JSON makes of bytes: no response would ever be found.
 */
export function storedResponseIn(value: unknown): StoredResponse | undefined {
  if (!(value instanceof Uint8Array)) {
    if (!isJsonOfBytes(value)) return undefined;
    throw new TypeError(
      "Cannot read a response as the codec of the client does not keep bytes: use a client with jsCodec",
    );
  }
  if (value.length < LENGTH_BYTES) return undefined;
  const bytes = value as Uint8Array<ArrayBuffer>;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (LENGTH_BYTES + length > bytes.length) return undefined;
  const json = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  let head: Head;
  try {
    head = JSON.parse(DECODER.decode(json));
    if (!isHead(head)) return undefined;
    new Headers(head.headers as [string, string][]);
  } catch {
    return undefined;
  }
  return { head, body: bytes.subarray(LENGTH_BYTES + length) };
}

/** Makes the response that was stored. */
export function responseOf({ head, body }: StoredResponse): Response {
  const { status, statusText } = head;
  const headers = new Headers(head.headers as [string, string][]);
  const response = new Response(HAS_NO_BODY.has(status) ? null : body, {
    status,
    statusText,
    headers,
  });
  Object.defineProperty(response, "url", { value: head.url });
  return response;
}

/** Their responses are made without a body, not even an empty one. */
const HAS_NO_BODY: ReadonlySet<number> = new Set([101, 204, 205, 304]);

const LENGTH_BYTES = 4;
const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true });

function isJsonOfBytes(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    ["0", "1", "2", "3"].every((index) =>
      typeof (value as Record<string, unknown>)[index] === "number"
    );
}

function isHead(head: Partial<Head> | null): head is Head {
  return typeof head === "object" && head !== null && typeof head.url === "string" &&
    Number.isInteger(head.status) && head.status! >= 200 && head.status! <= 599 &&
    typeof head.statusText === "string" && typeof head.at === "number" &&
    Array.isArray(head.headers);
}
