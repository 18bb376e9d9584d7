/** What the code of a program may throw, as JavaScript lets it: anything, also what throws when it is looked at. */

import {
  ClosedError,
  CodecError,
  ConnectionError,
  ProtocolError,
  TimeoutError,
} from "@libmc/libmc";

/** Things to throw, each with a name. Anew each time, as some cannot be used twice. */
export function thingsToThrow(): [name: string, thrown: unknown][] {
  return [
    ["an error", new Error("weather")],
    ["undefined", undefined],
    ["null", null],
    ["a text", "weather"],
    ["a bigint", 5n],
    ["a symbol", Symbol("weather")],
    ["a function", () => "weather"],
    ["an object without a prototype", Object.create(null)],
    ["an object whose text throws", { toString: fail }],
    ["an object that refers to itself", circle()],
    ["a revoked proxy", revoked({})],
    ["a revoked proxy of an error", revoked(new Error("weather"))],
    ["a revoked proxy of a function", revoked(() => {})],
    ["an error whose message throws", evil(new Error("weather"), "message")],
    ["an error whose message is a symbol", withMessage(new Error("weather"), Symbol("m"))],
    ["an error whose stack and cause throw", evil(evil(new Error("weather"), "stack"), "cause")],
    ...["name", "code", "cause", "stack"].map((property): [string, unknown] => [
      `an error whose hidden ${property} throws`,
      hidden(new Error("weather"), property),
    ]),
    ["a frozen error", Object.freeze(new Error("weather"))],
    ...OURS.flatMap((OurError): [string, unknown][] => [
      [`a frozen ${OurError.name}`, Object.freeze(new OurError("weather"))],
      [`a ${OurError.name} whose message throws`, evil(new OurError("weather"), "message")],
      [`a ${OurError.name} whose server throws`, evil(new OurError("weather"), "server")],
      [`a ${OurError.name} whose hidden cause throws`, hidden(new OurError("weather"), "cause")],
      [`a revoked proxy of a ${OurError.name}`, revoked(new OurError("weather"))],
    ]),
  ];
}

const OURS = [ClosedError, CodecError, ConnectionError, ProtocolError, TimeoutError];

function fail(): never {
  throw new Error("do not look at me");
}

function circle(): unknown {
  const object: Record<string, unknown> = {};
  object.self = object;
  return object;
}

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

function evil(error: Error, property: string): Error {
  return Object.defineProperty(error, property, { get: fail, enumerable: true });
}

function hidden(error: Error, property: string): Error {
  return Object.defineProperty(error, property, { get: fail });
}

function withMessage(error: Error, message: unknown): Error {
  return Object.defineProperty(error, "message", { value: message });
}
