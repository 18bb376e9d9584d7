export function toArrayBuffer(stream: ReadableStream<Uint8Array>): Promise<ArrayBuffer>;
export function toText(stream: ReadableStream): Promise<string>;
export function concatReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>;
export class LimitedBytesTransformStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(size: number, options?: { error?: boolean });
}
