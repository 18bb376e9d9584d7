/**
 * What people write in place of a server. libmc takes most of it for the name of a host, which nobody finds: the client
 * would miss for ever, and its ring would differ from that of all others.
 */

/**
 * Says what is wrong with host and port of a server string, and what to write.
 *
 * @param place What stands before the alias.
 * @param behind What stands behind the first space, if there is one.
 * @returns Completes "Cannot use server … as"; `undefined` for what can be a server.
 */
export function mistakeIn(place: string, behind = ""): string | undefined {
  if (NOTHING.test(place)) {
    return `${
      quoted(place.replace(/(.):.*/s, "$1"))
    } is what a variable without a value gives: ${FORMS}`;
  }
  if (/^\d{4,5}$/.test(place)) {
    return `it is a port without a host: write ${quoted(`host:${place}`)}`;
  }
  if (USUAL.test(place)) return undefined;
  if (UNBRACKETED_V6.test(place)) return v6Mistake(place);
  const [, inner] = IN_QUOTES.exec(behind === "" ? place : `${place} ${behind}`) ?? [];
  if (inner !== undefined) return `it stands in quotes: write ${quoted(inner)}`;
  const url = URL_FORM.exec(place);
  if (url !== null) {
    const [, scheme = "", authority, path] = url;
    if (/^(?:unix|file)$/i.test(scheme)) return `it is a URL: write ${quoted(authority + path)}`;
    const server = authority.replace(/^.*@/, "");
    return `it is a URL: ${server === "" ? FORMS : `write ${quoted(server)}`}`;
  }
  if (/^unix:/i.test(place)) {
    return `the path of a Unix socket has nothing before it: write ${
      quoted(place.slice("unix:".length))
    }`;
  }
  if (/^\[\s*"/.test(place)) return "it is a list in one string: write the list itself";
  if (place.startsWith("/") || place.startsWith("[")) return undefined;
  const scheme = SCHEME.exec(place);
  if (scheme !== null) return `its scheme is not part of it: write ${quoted(scheme[1])}`;
  // With a space behind the comma, what would be the alias is a list, too.
  const list = /[,;|]$/.test(place) ? `${place} ${behind}` : place;
  const several = list.split(SEVERAL).filter(Boolean);
  const [host, port] = several;
  if (several.length === 2 && /^\d{4,5}$/.test(port) && /^[^:]+$/.test(host)) {
    return `a colon must stand before the port: write ${quoted(`${host}:${port}`)}`;
  }
  // libmc takes white space behind a port.
  if (/[,;|]/.test(place) || several.length > 1) return severalServers(several);
  if (/^(?:\.{1,2}|~[^/]*)\//.test(place)) {
    return `the path of a Unix socket must begin with "/": write "/path/to.sock"`;
  }
  if (/[$%{}]/.test(place)) return `it holds a variable that nobody has replaced: ${FORMS}`;
  if (place.includes("@")) {
    return `servers take no user: write ${quoted(place.replace(/^.*@/, ""))}`;
  }
  const wrong = NO_HOST.exec(place.split(":", 1)[0]);
  if (wrong === null) return undefined;
  // As a line of a file has it.
  if (USUAL.test(place.trim())) {
    return `white space stands around it: write ${quoted(place.trim())}`;
  }
  return `its host contains ${quoted(wrong[0])}, which no name of a host does: ${FORMS}`;
}

/**
 * Says what is wrong with the servers of a client that is given one string, and no list: a list with spaces in it would be
 * one server with an alias. In a list of strings, as libmc takes them, an alias may look like anything: that of a server
 * which has moved is mostly where it was.
 */
export function spacedListIn(text: string): string | undefined {
  const [, host, port] = PORT_BEHIND_SPACE.exec(text) ?? [];
  if (host !== undefined) {
    return `a colon must stand before the port: write ${quoted(`${host}:${port}`)}, ` +
      `or ${JSON.stringify([text])} for one server with an alias`;
  }
  if (!/^[^\s,;|]+ /.test(text)) return undefined;
  const words = text.split(/[\s,;|]+/).filter(Boolean);
  if (words.length < 2 || !words.every((word) => WITH_PORT.test(word))) return undefined;
  const mistake = severalServers(words);
  return /[,;|]/.test(text)
    ? mistake
    : `${mistake}, or ${JSON.stringify([text])} for one server with an alias`;
}

/** Says what is wrong with what begins with a bracket. */
export function bracketMistake(place: string): string {
  const [, inner, port = ""] = /^\[([^\]:]+)\](:\d+)?$/.exec(place) ?? [];
  if (inner !== undefined && USUAL.test(inner)) {
    return `only an IPv6 address stands in brackets: write ${quoted(inner + port)}`;
  }
  return "brackets must hold an IPv6 address, with a port or nothing behind them: " +
    'write "[v6]" or "[v6]:port"';
}

/** The last number may be a port, or part of the address. */
function v6Mistake(place: string): string {
  const [, address, port] = /^(.*[^:]):(\d{4,5})$/.exec(place) ?? [];
  const forms = [`[${place}]`, `[${place}]:port`];
  if (port !== undefined) forms.splice(1, 1, `[${address}]:${port}`);
  return `an IPv6 address must stand in brackets: write ${forms.map(quoted).join(" or ")}`;
}

function severalServers(servers: readonly string[]): string {
  if (servers.length === 0) return FORMS;
  if (servers.length === 1) return `it is a list in one string: write ${quoted(servers[0])}`;
  return `it holds several servers: write ${JSON.stringify(servers)}`;
}

/** Shows the right forms. */
export const FORMS: string = 'write "host", "host:port", "[v6]:port" or "/path/to.sock"';

/** What nearly all servers look like, which is told at once. */
const USUAL = /^(?!unix:)[a-z\d._-]+(?::\d+)?$/i;
/** Scheme, what follows the two slashes, and a path. Without a scheme it is a URL if nothing but host and port follows. */
const URL_FORM = /^(?:([a-z][a-z\d+.-]*):\/\/|\/\/(?=[^/]+:\d+\/?$))([^/]*)(.*)$/i;
/** What a template makes of a variable that has no value, as host. */
const NOTHING = /^(?:(?:undefined|null|NaN)(?::|$)|\[object$)/;
/** The only server of a client, a space where a colon belongs, and a port. */
const PORT_BEHIND_SPACE = /^([\p{L}\p{N}._-]+) :?(\d{4,5})$/u;
const IN_QUOTES = /^["'`“”‘’](.+)["'`“”‘’]$/;
/** An IPv6 address whose first groups would be taken for a host and a port. */
const UNBRACKETED_V6 = /^(?=.*::|(?:[^:]*:){7})[\da-f:.]+(?:%[^\s[\]]+)?$/i;
/** A scheme without slashes, and what follows it. */
const SCHEME = /^(?:memcached?|tcp|tls|ssl|https?|redis):(?!\d+(?::|$))(.+)$/i;
const SEVERAL = /\s*[,;|\n][,;|\s]*/;
/** Host, or an IPv6 address in brackets, and port. */
const WITH_PORT = /^(?:[\p{L}\p{N}._-]+|\[[\da-f:.]+\]):\d{1,5}$/iu;
/** Names of containers contain `_`, and international names letters of any script. */
const NO_HOST = /[^\p{L}\p{M}\p{N}._-]/u;

function quoted(text: string): string {
  return JSON.stringify(text);
}
