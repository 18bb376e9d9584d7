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
  if (USUAL.test(place)) return undefined;
  const url = URL_FORM.exec(place);
  if (url !== null) {
    const [, scheme, authority, path] = url;
    if (/^unix$/i.test(scheme)) return `it is a URL: write ${quoted(`${authority}${path}`)}`;
    return `it is a URL: write ${quoted(authority.replace(/^.*@/, ""))}`;
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
  // libmc takes white space behind a port.
  if (/[,;|]/.test(place) || several.length > 1) return severalServers(several);
  if (/^(?:\.{1,2}|~[^/]*)\//.test(place)) {
    return `the path of a Unix socket must begin with "/": write "/path/to.sock"`;
  }
  if (/[$%{}]/.test(place)) return `it holds a variable that nobody has replaced: ${FORMS}`;
  if (place.includes("@")) {
    return `servers take no user: write ${quoted(place.replace(/^.*@/, ""))}`;
  }
  const [host] = place.split(":", 1);
  const wrong = NO_HOST.exec(host);
  if (wrong === null) return undefined;
  return `its host contains ${quoted(wrong[0])}, which no name of a host does: ${FORMS}`;
}

/**
 * Says what is wrong with the servers of a client that is given one string, and no list: a list with spaces in it would be
 * one server with an alias. In a list of strings, as libmc takes them, an alias may look like anything: that of a server
 * which has moved is mostly where it was.
 */
export function spacedListIn(text: string): string | undefined {
  if (!/^[^\s,;|]+ /.test(text)) return undefined;
  const words = text.split(/[\s,;|]+/).filter(Boolean);
  if (words.length < 2 || !words.every((word) => WITH_PORT.test(word))) return undefined;
  const mistake = severalServers(words);
  return /[,;|]/.test(text)
    ? mistake
    : `${mistake}, or ${JSON.stringify([text])} for one server with an alias`;
}

function severalServers(servers: readonly string[]): string {
  return `it holds several servers: write ${JSON.stringify(servers)}`;
}

/** Shows the right forms. */
const FORMS = 'write "host", "host:port", "[v6]:port" or "/path/to.sock"';

/** What nearly all servers look like, which is told at once. */
const USUAL = /^(?!unix:)[a-z\d._-]+(?::\d+)?$/i;
/** Scheme, what follows the two slashes, and a path. */
const URL_FORM = /^([a-z][a-z\d+.-]*):\/\/([^/]*)(.*)$/i;
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
