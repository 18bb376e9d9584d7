/** The error classes of Deno, and how the errors of Node become such. */

class NotFound extends Error {}
class ConnectionRefused extends Error {}
class ConnectionReset extends Error {}
class BrokenPipe extends Error {}
class AddrInUse extends Error {}
class NotCapable extends Error {}
class BadResource extends Error {}
class Interrupted extends Error {}

/** `Deno.errors`, as far as tests look at them. */
export const errors = {
  NotFound,
  ConnectionRefused,
  ConnectionReset,
  BrokenPipe,
  AddrInUse,
  NotCapable,
  BadResource,
  Interrupted,
};

const BY_CODE: Readonly<Record<string, new (message: string, options: ErrorOptions) => Error>> = {
  ENOENT: NotFound,
  ECONNREFUSED: ConnectionRefused,
  ECONNRESET: ConnectionReset,
  EPIPE: BrokenPipe,
  EADDRINUSE: AddrInUse,
};

/** The error of Deno for one of Node; any other as it is. */
export function translated(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const type = BY_CODE[String(code)];
  return type === undefined ? error : new type(String(message), { cause: error });
}

/** What a promise gives, with errors of Deno. */
export async function translating<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw translated(error);
  }
}
