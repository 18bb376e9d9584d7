import { CodecError } from "../errors.ts";
export function readPickle(_data: Uint8Array): unknown {
  throw new CodecError("Cannot read pickle");
}
